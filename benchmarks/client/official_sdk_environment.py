"""A virtual environment with the official SDK, which cannot share the development environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "xpander-sdk"
VERSION = "2.0.537"
INSTALL_TIMEOUT_SECONDS = 900


def sdk_python() -> Path:
    """Return the Python of the environment; create the environment at the first call.

    Raises:
        subprocess.CalledProcessError: The SDK cannot be installed here.
        subprocess.TimeoutExpired: The installation took too long.
    """
    python, ready = FOLDER / "bin" / "python", FOLDER / ".ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True, capture_output=True, text=True)
        # uv, because pip needs half an hour to find versions that fit together.
        uv = Path(sys.executable).with_name("uv")
        install = [str(uv), "pip", "install", "--quiet", "--python", str(python), f"xpander-sdk[agno]=={VERSION}"]
        subprocess.run(install, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS)
        ready.touch()
    return python


def reason(error: subprocess.SubprocessError) -> str:
    """Return in one line why the SDK could not be measured."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not done after {error.timeout:g} s"
    stderr = error.stderr if isinstance(error, subprocess.CalledProcessError) else None
    return (stderr or "it failed").strip().splitlines()[-1][:160]
