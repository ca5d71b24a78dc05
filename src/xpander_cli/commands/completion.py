"""`xpander-tasks completion`."""

from __future__ import annotations

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print the completion script of a shell.

    Bash: `xpander-tasks completion bash > ~/.local/share/bash-completion/completions/xpander-tasks`.
    Fish: `xpander-tasks completion fish > ~/.config/fish/completions/xpander-tasks.fish`.
    Zsh: `xpander-tasks completion zsh > _xpander-tasks` in a folder of `$fpath`.

    Args:
        shell: The shell.

    Examples:
        source <(xpander-tasks completion bash)
    """
    from xpander_cli.app import make_app
    from xpander_cli.output import write

    write(make_app().generate_completion(shell=shell))
    return 0
