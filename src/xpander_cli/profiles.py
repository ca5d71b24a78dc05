"""Named settings in a TOML file under the platform's configuration folder.

    default = "work"                       # used where the environment names neither profile, key nor address

    [profiles.work]
    api_key_command = ["secret-tool", "lookup", "service", "xpander"]
    base_url = "https://api.xpander.ai"
    rate_limit = "100/m"
    timeout = 30

A profile stands alone: nothing of `XPANDER_API_KEY` and `XPANDER_BASE_URL` is mixed into it, so that no key is sent to
the address of another.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xpander_cli.errors import CommandError

KEYS = ("api_key", "api_key_file", "api_key_command", "bearer_token", "bearer_token_file", "bearer_token_command")
SETTINGS = (*KEYS, "base_url", "organization_id", "rate_limit", "timeout")
COMMAND_SECONDS = 60
DEFAULT_BASE_URL = "https://api.xpander.ai"


def config_file() -> Path:
    """Return the file that profiles are read from: `XPANDER_CONFIG`, else the platform's place."""
    if named := os.environ.get("XPANDER_CONFIG"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("xpander-tasks", appauthor=False) / "config.toml"


def chosen_profile(named: str | None) -> str | None:
    """Return the profile to use: the one named, else the file's default where the environment says nothing.

    Raises:
        CommandError: The file cannot be read.
    """
    if named is not None:
        return named
    if os.environ.get("XPANDER_API_KEY") or os.environ.get("XPANDER_BASE_URL"):
        return None
    default = _content().get("default")
    if default is not None and not isinstance(default, str):
        raise CommandError(f"expected `default` in {config_file()} to be the name of a profile")
    return default


def settings_of(name: str) -> dict[str, Any]:
    """Return what a profile configures, with its key read from where the profile says.

    Raises:
        CommandError: There is no such profile, a setting is unknown, or the key cannot be read.
    """
    profile = read_profile(name)
    settings: dict[str, Any] = {"base_url": DEFAULT_BASE_URL}
    settings |= {
        key: profile[key] for key in ("base_url", "organization_id", "rate_limit", "timeout") if key in profile
    }
    for kind in ("api_key", "bearer_token"):
        if (secret := _secret(profile, kind, name)) is not None:
            return settings | {kind: secret}
    raise CommandError(f"profile {name} in {config_file()} has no key", hint=f"Give it one of: {', '.join(KEYS)}.")


def read_profile(name: str) -> Mapping[str, Any]:
    """Return the table of a profile as it stands in the file.

    Raises:
        CommandError: There is none, or it says something unknown.
    """
    profiles = _content().get("profiles", {})
    profile = profiles.get(name) if isinstance(profiles, dict) else None
    if not isinstance(profile, dict):
        known = ", ".join(profiles) if isinstance(profiles, dict) and profiles else "none"
        raise CommandError(f"no profile {name} in {config_file()}; it has: {known}")
    if unknown := sorted(profile.keys() - set(SETTINGS)):
        raise CommandError(
            f"profile {name} in {config_file()} has an unknown setting: {', '.join(unknown)}",
            hint=f"Known are: {', '.join(SETTINGS)}.",
        )
    for key, value in profile.items():
        kinds: tuple[type, ...] = (list,) if key.endswith("_command") else (int, float) if key == "timeout" else (str,)
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise CommandError(f"profile {name} in {config_file()}: {key} has the wrong type")
    return profile


def _content() -> Mapping[str, Any]:
    path = config_file()
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is not TOML: {error}") from None


def _secret(profile: Mapping[str, Any], kind: str, name: str) -> str | None:
    """Return the key or token of a profile; errors tell neither it nor what the command printed."""
    if kind in profile:
        return str(profile[kind])
    if f"{kind}_file" in profile:
        path = Path(profile[f"{kind}_file"]).expanduser()
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise CommandError(f"profile {name}: cannot read {kind}_file {path}: {reason}") from None
    if f"{kind}_command" in profile:
        command = [str(part) for part in profile[f"{kind}_command"]]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS, check=False, text=True)
        except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
            raise CommandError(f"profile {name}: {kind}_command failed: {type(error).__name__}") from None
        if done.returncode:
            raise CommandError(f"profile {name}: {kind}_command {command[0]} ended with status {done.returncode}")
        return done.stdout.strip()
    return None
