"""The documents of the client: the table of faults names real tests, and the guide's own tests pass."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from typing import Any

from xpander_mock import MockClient
from xpander_tasks import Tasks

ROOT = Path(__file__).parents[2]


def test_every_row_of_the_table_of_faults_names_a_test() -> None:
    """A row without a test that exists, or a test of faults without a row, fails."""
    table = (ROOT / "docs" / "faults.md").read_text()
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    named = {name for row in rows for name in re.findall(r"`(test_\w+\.py::test_\w+)`", row)}
    assert len(rows) > 30
    assert all(re.search(r"`test_\w+\.py::test_\w+` \|$", row) for row in rows)
    tests = {
        f"{path.name}::{node.name}"
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert named <= tests
    assert {name for name in tests if name.startswith("test_faults.py::")} <= named


def test_the_tests_that_the_guide_shows_pass(xpander_mock: MockClient, xpander_tasks: Tasks) -> None:
    """What the guide shows of testing with the mock works as it is written."""
    guide = (ROOT / "docs" / "guide.md").read_text()
    names: dict[str, Any] = {}
    exec(re.findall(r"^```python\n(.*?)^```", guide, re.M | re.S)[-1], names)
    names["test_summary"](xpander_mock, xpander_tasks)
    asyncio.run(names["test_summary_async"](xpander_mock, Tasks(xpander_tasks.configuration)))
