"""The pages show what really happens: their Python runs, their output is real, their commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proof.snippets import PAGES, ROOT, Snippet, check_types, snippets, snippets_of

PAGE = """# Title

```python
x: int = "text"
```

```python
print(1)
```

```text
1
```

```sh
make help
```
"""


@pytest.mark.parametrize("snippet", list(snippets()), ids=lambda snippet: snippet.name)
def test_a_snippet_runs_and_prints_the_output_that_the_page_shows(
    snippet: Snippet, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader who pastes the snippet gets the output that follows it."""
    exec(compile(snippet.code, snippet.name, "exec"), {"__name__": "__main__"})
    if snippet.output is not None:
        assert capsys.readouterr().out == snippet.output


@pytest.mark.parametrize("page", [*sorted(ROOT.glob("*.md")), *PAGES[1:]], ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_and_links_of_a_page_exist(page: Path) -> None:
    """Every make target that a page names exists, and so does every file that it links to."""
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`|\w=\S+ )make ([a-z-]+)", text, re.MULTILINE))
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    assert named <= targets
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_snippets_are_found_with_their_lines_and_output() -> None:
    """A snippet knows the line of its opening fence, and the text block that follows immediately."""
    first, second = snippets_of(PAGE, "docs/page.md")
    assert (first.name, first.output) == ("docs/page.md:3", None)
    assert (second.name, second.code, second.output) == ("docs/page.md:7", "print(1)\n", "1\n")
    assert [snippet.code for snippet in snippets_of(PAGE, "docs/page.md", "sh")] == ["make help\n"]


def test_a_type_error_is_reported_with_page_and_line_by_both_checkers(tmp_path: Path) -> None:
    """Both mypy and pyright report the wrong snippet at its line of the page, and nothing of the correct one."""
    errors = check_types(list(snippets_of(PAGE, "docs/page.md")), tmp_path / "snippets")
    assert len(errors) == 2
    assert all(error.startswith("docs/page.md:4: error: ") for error in errors)
    assert "[assignment]" in errors[0]
    assert "[reportAssignmentType]" in errors[1]
