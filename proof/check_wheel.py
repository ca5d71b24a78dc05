"""Build the wheel, install it into empty environments as users do, and import its packages.

Run by `make package`. Prints the packages and the size of the installed client, and fails above the limits that
ARCHITECTURE.md promises.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MAX_PACKAGES = 10
MAX_MEGABYTES = 15.0
# The first lines of a user; they need nothing but what the wheel depends on.
CLIENT = "from xpander_api_client.api.tasks import list_tasks; import xpander_tasks"
MOCK = "import xpander_mock; xpander_mock.DEMO_API_KEY; xpander_mock.OTHER_API_KEY"
SERVE = (
    "from xpander_mock import XpanderMock; from xpander_tasks import Configuration, Tasks\n"
    "with XpanderMock() as mock, Tasks(Configuration(api_key=mock.api_key, base_url=mock.url)) as tasks:\n"
    "    assert tasks.list()\n"
    "    assert b'htmx' in __import__('urllib.request').request.urlopen(mock.url).read()"
)
# The first commands of a user of the command line, and what its script says where the extra is missing.
COMMANDS = (
    "from xpander_cli import main; from xpander_mock import XpanderMock; import os\n"
    "with XpanderMock() as mock:\n"
    "    os.environ |= {'XPANDER_BASE_URL': mock.url, 'XPANDER_API_KEY': mock.api_key}\n"
    "    for command in (['list'], ['invoke', mock.agent_id, 'hello'], ['stats'], ['doctor']):\n"
    "        assert main(command) == 0, command"
)
WITHOUT_EXTRA = "from xpander_cli import main; assert main(['list']) == 2"
REQUIRED_FILES = {
    "xpander_cli/py.typed",
    "xpander_api_client/py.typed",
    "xpander_tasks/py.typed",
    "xpander_mock/py.typed",
    "xpander_mock/openapi.yaml",
    "xpander_mock/console/static/htmx.min.js",
    "xpander_mock/console/static/htmx.LICENSE",
    "xpander_mock/console/templates/base.html",
    "xpander_contract/contract/claims.toml",
    "xpander_contract/drift/index.json",
    "xpander_contract/report/templates/report.html.j2",
    "xpander_contract/rulings.md",
    "xpander_contract/schemathesis.toml",
}
# A project whose own settings of pytest would let every run of the suite fail.
HOSTILE_SETTINGS = "[pytest]\naddopts = --no-such-option\nfilterwarnings = error\n"


def run(*command: str | Path, cwd: Path = ROOT, **variables: str) -> str:
    """Run a command and return its output; a failed command ends this program and prints that output.

    Args:
        command: The program and its arguments.
        cwd: The folder to run it in.
        variables: Variables to add to the environment.

    Raises:
        SystemExit: The command failed.
    """
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**os.environ, **variables},
    )
    if done.returncode:
        sys.exit(f"{' '.join(str(part) for part in command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder: Path) -> Path:
    """Build the wheel from this checkout into a folder, and check that it holds the contract and the type markers.

    Raises:
        SystemExit: The build failed, or a file is missing in the wheel or does not belong there.
    """
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (wheel,) = folder.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    if missing := sorted(REQUIRED_FILES - names):
        sys.exit(f"the wheel lacks {', '.join(missing)}")
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        sys.exit("the wheel lacks its LICENSE")
    if defects := sorted(name for name in names if "defect" in name):
        sys.exit(f"the wheel contains defects, which are no part of the product: {', '.join(defects)}")
    return wheel


def install(requirement: str, folder: Path) -> Path:
    """Install into an empty environment and return its Python."""
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement)
    return python


def installed_size(python: Path) -> tuple[list[str], float]:
    """Return the names of the installed packages without pip and setuptools, and their size in megabytes."""
    rows = json.loads(run(python, "-m", "pip", "list", "--format", "json", "--disable-pip-version-check"))
    names = sorted(row["name"] for row in rows if row["name"] not in {"pip", "setuptools"})
    script = (
        "import importlib.metadata as m, pathlib, sys\n"
        "files = (pathlib.Path(f.locate()) for n in sys.argv[1:] for f in m.distribution(n).files or ())\n"
        "print(sum(f.stat().st_size for f in files if f.is_file()))"
    )
    return names, int(run(python, "-c", script, *names)) / 1e6


def check_suite(programs: Path, folder: Path) -> None:
    """Run the installed contract suite against the mock, from a folder that is no clone.

    Args:
        programs: Folder of the installed programs.
        folder: Folder to work in.

    Raises:
        SystemExit: The suite failed, or its reports are not where they belong.
    """
    project = folder / "project"
    (project / "contract_tests").mkdir(parents=True)
    (project / "pytest.ini").write_text(HOSTILE_SETTINGS, encoding="utf-8")
    suite = programs / "xpander-contract"
    claims = ["--claim", "PAGE-1", "--claim", "STOP-1", "--claim", "WIRE-1"]
    shown = run(suite, "run", *claims, cwd=project, PROFILE="quick", SEED="1")
    if "The contract is kept." not in shown or not (project / "build" / "contract" / "report.html").exists():
        sys.exit(f"the installed suite did not run as it should:\n{shown}")
    run(suite, "baseline", cwd=project)
    run(suite, "replay", project / "build" / "contract" / "traffic.har", cwd=project)
    run(suite, "--help", cwd=project)


def main() -> None:
    """Build, install the client alone, with the mock and with the command line, use each, and print the figures."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        wheel = build(folder)
        client = install(str(wheel), folder / "client")
        run(client, "-W", "error", "-c", CLIENT)
        names, megabytes = installed_size(client)
        print(f"client: {len(names)} packages, {megabytes:.1f} MB: {', '.join(names)}")
        run(client, "-W", "error", "-c", WITHOUT_EXTRA)
        mock = install(f"{wheel}[mock]", folder / "mock")
        run(mock, "-W", "error", "-c", f"{CLIENT}; {MOCK}")
        run(mock, "-W", "error", "-c", SERVE)
        cli = install(f"{wheel}[cli,mock]", folder / "cli")
        run(cli.parent / "xpander-tasks", "--help")
        run(cli, "-W", "error", "-c", COMMANDS)
        names_of_cli, megabytes_of_cli = installed_size(cli)
        print(f"client, mock and command line: {len(names_of_cli)} packages, {megabytes_of_cli:.1f} MB")
        print("client, mock and command line install into empty environments and run")
        check_suite(install(f"{wheel}[contract]", folder / "contract").parent, folder)
        print("the contract suite installs into an empty environment and tests the mock")
        if len(names) > MAX_PACKAGES or megabytes > MAX_MEGABYTES:
            sys.exit(f"the client is larger than promised: at most {MAX_PACKAGES} packages and {MAX_MEGABYTES} MB")


if __name__ == "__main__":
    main()
