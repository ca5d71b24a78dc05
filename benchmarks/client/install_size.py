"""What an installation of the client takes, against one of the official SDK."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.client.official_sdk_environment import VERSION, reason, sdk_python
from benchmarks.results import Comparison, Measurement
from proof.check_wheel import build, install, installed_size


def measure() -> list[Comparison]:
    """Build the wheel, install it into an empty environment, and measure both environments."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        packages, megabytes = installed_size(install(str(build(folder)), folder / "client"))
    ours = Measurement("xpander-tasks", len(packages), "packages"), Measurement("xpander-tasks", megabytes, "MB")
    try:
        sdk_packages, sdk_megabytes = installed_size(sdk_python())
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        others: tuple[Measurement | None, Measurement | None] = (None, None)
        skipped = reason(error)
    else:
        label, skipped = f"`xpander-sdk[agno]` {VERSION}", ""
        others = Measurement(label, len(sdk_packages), "packages"), Measurement(label, sdk_megabytes, "MB")
    return [
        Comparison("install-packages", "installed packages", ours[0], others[0], skipped=skipped),
        Comparison("install-megabytes", "installed size", ours[1], others[1], skipped=skipped),
    ]
