"""The command line `xpander-tasks`: list, run, watch, export and measure the tasks of xpander.ai agents.

Its only public name is `main`. The commands use the public names of `xpander_tasks` and nothing below them.
"""

from xpander_cli.program import main

__all__ = ["main"]
