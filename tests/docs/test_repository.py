"""The files around the code agree with each other: CI, hooks, license, and the tree itself."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
HOOKS = ROOT / ".pre-commit-config.yaml"
GATE = ROOT / ".ci" / "run"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
IGNORED = {".git", ".venv", "node_modules", "build", "dist", "__pycache__"}


def workflow_commands() -> list[str]:
    workflow: Any = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def gate_targets() -> list[str]:
    targets = re.search(r"for target in (.*); do", GATE.read_text(encoding="utf-8"))
    assert targets
    return targets[1].split()


def hooks() -> list[dict[str, Any]]:
    repositories = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
    return [hook for repository in repositories for hook in repository["hooks"]]


def test_ci_calls_make_targets_alone() -> None:
    """Each command of the workflow is one make target that exists, and together they are those of `.ci/run`."""
    commands = workflow_commands()
    assert [command for command in commands if not re.fullmatch(r"make [a-z-]+", command)] == []
    called = {command.removeprefix("make ") for command in commands}
    assert called - {"setup"} == set(gate_targets())
    assert called <= TARGETS


def test_ci_runs_every_supported_python() -> None:
    """The tests run on the oldest Python that the package supports and on the newest that there is."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow: Any = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python-version"]
    assert project["requires-python"] == f">={versions[0]}"
    assert versions[-1] == "3.x"


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_a_hook_runs_a_make_target_or_an_installed_tool(hook: dict[str, Any]) -> None:
    """Hooks download nothing: they call make, or a tool that `make setup` has installed."""
    assert hook["language"] == "system"
    program, argument, *_ = hook["entry"].split()
    if program == "make":
        assert argument in TARGETS
    else:
        assert program.startswith(".venv/bin/")
        assert (ROOT / program).exists()


def test_every_target_is_phony_and_explained() -> None:
    """Each target of the Makefile has a text for the help, and no file of its name hides it."""
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    assert phony
    assert set(phony[1].replace("\\\n", " ").split()) == TARGETS
    assert set(re.findall(r"^([a-z-]+):[^#\n]*## .+$", MAKEFILE, re.MULTILINE)) == TARGETS


def test_there_is_no_symlink_in_the_tree() -> None:
    """Symlinks break on Windows and in archives."""
    links = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in IGNORED]
        links += [str(Path(folder, name)) for name in [*folders, *files] if Path(folder, name).is_symlink()]
    assert links == []


def test_the_license_is_declared() -> None:
    """The metadata names the license whose text the repository and the wheel hold."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("MIT", ["LICENSE"])
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert project["authors"][0]["name"] in text


def test_the_container_gets_every_file_that_the_build_reads() -> None:
    """The container file copies what `pyproject.toml` names."""
    copied = (ROOT / "Containerfile").read_text(encoding="utf-8")
    assert all(
        name in copied for name in ("pyproject.toml", "README.md", "LICENSE", "openapi.yaml", "src", "generated")
    )


def test_the_architecture_names_only_what_exists() -> None:
    """Each file and folder that ARCHITECTURE.md names exists."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    roots = [ROOT, ROOT / "generated", ROOT / "src", *(ROOT / "src").iterdir()]
    named = {*re.findall(r"`([\w.-]+/[\w./-]*)`", text), *re.findall(r"[\w/]+\.py\b", text)}
    assert [name for name in sorted(named) if not any((root / name).exists() for root in roots)] == []


def test_the_architecture_draws_all_layers() -> None:
    """The picture of the layers names each module and folder that is there; private modules may be left out."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    picture = text.partition("Inside, imports point downwards")[2].split("```")[1]
    for part in re.split(r"^(?=\w)", picture, flags=re.MULTILINE)[1:]:
        package, *lines = re.sub(r"^(\w+)", r"\1\n", part).splitlines()
        names = {name.strip(" /") for line in lines for name in re.split(r"\s{2,}", line.strip())[0].split(",")}
        folder = next(path for path in (ROOT / "src" / package, ROOT / package) if path.exists())
        modules = {
            path.stem
            for path in folder.iterdir()
            if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.name.startswith("__")
        }
        names.discard("")
        assert names <= modules, package
        assert {name for name in modules - names - {"conftest"} if not name.startswith("_")} == set(), package
