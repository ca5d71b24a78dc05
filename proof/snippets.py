"""Extract the Python snippets of README.md and docs/, and check their types with mypy and pyright.

Run by `make typecheck`. `tests/docs` runs the same snippets. Each is written to `build/snippets` at the same line as
on its page, so that errors name the line of the page.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "snippets"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Any error line of mypy or pyright, from the name of a snippet's file on.
LOCATION = re.compile(r"^.*?(\w+)\.py:(\d+)")


@dataclass(frozen=True, slots=True)
class Snippet:
    """One fenced block of code.

    Args:
        page: The page, relative to the repository.
        line: Line of the opening fence on the page, from 1.
        code: The text between the fences.
        output: The text of the `text` block that follows immediately, None if there is none.
    """

    page: str
    line: int
    code: str
    output: str | None = None

    @property
    def name(self) -> str:
        """The page and line, as `README.md:38`."""
        return f"{self.page}:{self.line}"

    @property
    def module(self) -> str:
        """Name of the module that the snippet is checked as."""
        return f"{re.sub(r'[^a-z0-9]+', '_', self.page.lower())}_{self.line}"


def snippets(language: str = "python") -> Iterator[Snippet]:
    """Yield the snippets of all pages in a language, as it is named after the opening fence."""
    for path in PAGES:
        yield from snippets_of(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)), language)


def snippets_of(text: str, page: str, language: str = "python") -> Iterator[Snippet]:
    """Yield the snippets of one page.

    Args:
        text: The page in Markdown.
        page: Its name.
        language: The language after the opening fence.
    """
    blocks = list(FENCE.finditer(text))
    for block, following in pairwise([*blocks, None]):
        if block is None or block[1] != language:
            continue
        adjacent = following and following[1] == "text" and not text[block.end() : following.start()].strip()
        line = text.count("\n", 0, block.start()) + 1
        yield Snippet(page, line, block[2], following[2] if following and adjacent else None)


def write(found: list[Snippet], folder: Path) -> None:
    """Write each snippet as a module, at the same lines as on its page; replace the folder.

    Args:
        found: The snippets.
        folder: The folder to write to.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for snippet in found:
        (folder / f"{snippet.module}.py").write_text("\n" * snippet.line + snippet.code, encoding="utf-8")


def check_types(found: list[Snippet], folder: Path = FOLDER) -> list[str]:
    """Check the snippets with mypy in strict mode and with pyright; return the errors as `page:line: error`.

    Args:
        found: The snippets.
        folder: The folder to write them to.
    """
    write(found, folder)
    errors = [*_mypy(folder), *_pyright(folder)]
    pages = {snippet.module: snippet.page for snippet in found}
    return [
        LOCATION.sub(lambda match: f"{pages.get(match[1], match[1])}:{match[2]}", error, count=1) for error in errors
    ]


def _mypy(folder: Path) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--no-error-summary",
        "--hide-error-context",
        *map(str, folder.glob("*.py")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


def _pyright(folder: Path) -> list[str]:
    settings = {
        "include": ["."],
        "extraPaths": [str(ROOT / "src"), str(ROOT / "generated")],
        "venvPath": str(ROOT),
        "venv": ".venv",
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    pyright = ROOT / "node_modules" / ".bin" / "pyright"
    # Node is installed beside Python.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [str(pyright), "--project", str(folder), "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    try:
        diagnostics = json.loads(done.stdout)["generalDiagnostics"]
    except ValueError:
        return [f"pyright failed: {(done.stdout + done.stderr).strip()[-500:]}"]
    return [
        f"{found['file']}:{found['range']['start']['line'] + 1}: {found['severity']}: {found['message']}"
        f"  [{found.get('rule', 'pyright')}]"
        for found in diagnostics
    ]


def main() -> int:
    """Check all snippets and print the errors; return the exit status."""
    found = list(snippets())
    errors = check_types(found)
    for error in errors:
        print(error)
    print(f"{len(found)} snippets of README.md and docs/ checked by mypy and pyright: {len(errors) or 'no'} errors")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
