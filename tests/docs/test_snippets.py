"""What the documents show is what happens: their Python runs, their output is real, their commands exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def snippets() -> Iterator[tuple[str, str, str | None]]:
    """Name, Python, and the output shown right after it, if any."""
    for document in DOCUMENTS:
        blocks = list(FENCE.finditer(document.read_text(encoding="utf-8")))
        for number, block in enumerate(blocks):
            if block[1] != "python":
                continue
            shown = blocks[number + 1] if number + 1 < len(blocks) else None
            follows = shown is not None and shown[1] == "text" and not shown.string[block.end() : shown.start()].strip()
            line = block.string.count("\n", 0, block.start()) + 1
            yield f"{document.relative_to(ROOT)}:{line}", block[2], shown[2] if shown and follows else None


@pytest.mark.parametrize(("name", "code", "shown"), [pytest.param(*case, id=case[0]) for case in snippets()])
def test_snippet_runs_and_prints_what_is_shown(
    name: str, code: str, shown: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader who pastes the snippet gets what the document shows."""
    exec(compile(code, name, "exec"), {"__name__": "__main__"})
    if shown is not None:
        assert capsys.readouterr().out == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_links_lead_somewhere(document: Path) -> None:
    """Every make target named exists, and so does every file linked to."""
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`| )make ([a-z-]+)", text, re.MULTILINE))
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert named <= targets
    assert [link for link in links if not (document.parent / link).exists()] == []
