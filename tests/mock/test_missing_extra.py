"""The messages for a user who installed only the client, and uses the mock."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = "pip install 'xpander-tasks[mock]'"
# An import of a module whose entry is None fails as if it were not installed.
HIDE = "import sys; sys.modules[{package!r}] = None\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "yaml", "jsonschema_rs", "jinja2"])
def test_the_command_line_names_the_command(package: str) -> None:
    """`python -m xpander_mock` prints one line with the missing package and the command that installs it."""
    ended = run(HIDE.format(package=package) + "import runpy; runpy.run_module('xpander_mock', run_name='__main__')")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert package in ended.stderr
    assert COMMAND in ended.stderr


def test_an_import_names_the_command() -> None:
    """`from xpander_mock import XpanderMock` is an ImportError that names the command; the keys can be had without."""
    ended = run(HIDE.format(package="starlette") + "from xpander_mock import DEMO_API_KEY, MockClient, XpanderMock")
    assert ended.returncode == 1
    assert COMMAND in ended.stderr.splitlines()[-1]
    ended = run(HIDE.format(package="starlette") + "from xpander_mock import DEMO_API_KEY, MockClient")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_fixture_names_the_command(tmp_path: Path) -> None:
    """A test that uses a fixture fails with the command, and without a traceback."""
    (tmp_path / "conftest.py").write_text(HIDE.format(package="starlette"))
    (tmp_path / "test_it.py").write_text("def test_it(xpander_mock): pass")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=tmp_path)
    assert ended.returncode == 1
    assert COMMAND in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.stdout.count("missing_extra.py") == 0
