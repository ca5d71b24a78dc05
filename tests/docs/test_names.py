"""Retired names do not come back: no module, class or function is called by them, and none is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Names by package that were replaced by the field's own terms before the first release.
RETIRED = {
    "xpander_mock": {
        *("_bells", "_census", "_watch", "_given", "_wire", "_access", "_running", "_keys", "_page"),
        *("Bells", "Census", "Watch", "Seen", "given_task", "Handle"),
        *("settle", "settled", "settle_all", "use", "filling"),
    },
    "xpander_tasks": {
        *("_steps", "_blocking", "_awaiting", "_call", "_pace"),
        *("Start", "Take", "Shell", "Request", "Plain", "Pace", "Seen", "_Met", "through_pauses"),
        *("MisuseError", "NoAnswerError", "UndecodableError"),
    },
    "contract_tests": {
        *("_aim", "_judge", "_fairness", "_guard", "_universe", "_public"),
        *("Workshop", "shop", "Universe", "Public", "Broken", "ContractBroken"),
        *("as_it_was", "_is_stopped", "is_stopped", "judge"),
    },
    "proof": {"_calm", "_trial", "_stock", "wheel", "_wire", "Calm", "Trial", "Stock", "Neighbour", "judge"},
    "benchmarks": {"crowd", "Crowd"},
}
FOLDERS = {
    "xpander_mock": ROOT / "src" / "xpander_mock",
    "xpander_tasks": ROOT / "src" / "xpander_tasks",
    "contract_tests": ROOT / "contract_tests",
    "proof": ROOT / "proof",
    "benchmarks": ROOT / "benchmarks",
}
EVERYWHERE = [*FOLDERS.values(), ROOT / "tests"]


def defined(package: str) -> Iterator[tuple[str, str]]:
    """Yield each name that a package gives to a module, class or function, and where."""
    for path in sorted(FOLDERS[package].rglob("*.py")):
        place = str(path.relative_to(ROOT))
        yield path.stem, place
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, f"{place}:{node.lineno}"


def imported() -> Iterator[tuple[str, str, str]]:
    """Yield each name that is imported, with the package it is imported from, and where."""
    for path in (path for folder in EVERYWHERE for path in sorted(folder.rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                modules, names = [node.module], [alias.name for alias in node.names]
            elif isinstance(node, ast.Import):
                modules, names = [alias.name for alias in node.names], []
            else:
                continue
            for module in modules:
                package, *parts = module.split(".")
                for name in (*parts, *names):
                    yield name, package, f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize("package", RETIRED)
def test_no_retired_name_is_defined(package: str) -> None:
    """No module, class or function of the package has a retired name."""
    assert [f"{place}: {name}" for name, place in defined(package) if name in RETIRED[package]] == []


def test_no_retired_name_is_imported() -> None:
    """No file imports a retired name from its package."""
    found = [f"{place}: {name}" for name, package, place in imported() if name in RETIRED.get(package, ())]
    assert found == []
