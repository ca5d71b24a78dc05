"""Try both sets of templates on a folder of documents: `python -m templates.corpus FOLDER... [--write FILE]`."""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openapi_python_client.parser.openapi import generate_operation_id
from openapi_python_client.schema.untrusted_string import UntrustedString
from openapi_python_client.strings import PythonIdentifier
from ruamel.yaml import YAML

from templates.corpus.sampling import METHODS, Body, Sampler

TEMPLATES = Path(__file__).parent.parent
BODIES = 250
HEADER = (
    "document",
    "templates",
    "operations",
    "models",
    "failing modules",
    "type errors",
    "lint errors",
    "refused",
    "lost",
    "of",
    "µs",
)


@dataclass
class Outcome:
    """What became of one document with one set of templates."""

    operations: str
    models: int
    failed: list[str]
    type_errors: int
    lint_errors: int
    bodies: list[dict[str, Any]]
    """What became of each body."""

    def count(self, *results: str) -> int:
        """Return the number of bodies with one of these results."""
        return sum(body["result"] in results for body in self.bodies)


def main() -> None:
    """Run the corpus and print the table."""
    parser = argparse.ArgumentParser(description="Try both sets of templates on OpenAPI documents.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders of documents, or documents")
    parser.add_argument("--write", type=Path, help="a page of Markdown whose table is replaced")
    parser.add_argument("--no-types", action="store_true", help="leave out mypy")
    options = parser.parse_args()
    documents = [
        path for folder in options.folders for path in (sorted(folder.iterdir()) if folder.is_dir() else [folder])
    ]
    rows, ratios, whys = [], [], []
    for path in documents:
        if path.suffix not in (".json", ".yaml", ".yml"):
            continue
        ours, stock = _try(path, types=not options.no_types)
        faster = _ratio(ours, stock)
        ratios += [faster] if faster else []
        rows += [
            _row(path.stem, "ours", ours, ours),
            _row("", f"stock, {faster:.1f} times as long" if faster else "stock", stock, ours),
        ]
        whys += [f"{path.stem}: {why}" for why in ours.failed]
        whys += [f"{path.stem} {b['result']}: {b['where']}: {b['why']}" for b in ours.bodies if b["result"] != "kept"]
        print("\n".join(rows[-2:]), flush=True)
    table = "\n".join(["| " + " | ".join(HEADER) + " |", "|" + "---|" * len(HEADER), *rows])
    if ratios:
        table += f"\n\nMedian: {statistics.median(ratios):.1f} times as fast as stock; least: {min(ratios):.1f} times."
    print(table)
    print("\n".join(whys[:60]), file=sys.stderr)
    if options.write:
        page = options.write.read_text()
        options.write.write_text(
            re.sub(r"(?s)(<!-- corpus -->\n).*(<!-- end -->)", lambda found: f"{found[1]}{table}\n{found[2]}", page)
        )


def _row(name: str, templates: str, outcome: Outcome, ours: Outcome) -> str:
    times = [body["seconds"] * 1e6 for body in outcome.bodies if body.get("seconds")]
    microseconds = f"{statistics.mean(times):.1f}" if times else "-"
    cells = (
        name,
        templates,
        outcome.operations,
        outcome.models,
        len(outcome.failed),
        outcome.type_errors,
        outcome.lint_errors,
    )
    counts = (outcome.count("refused", "missing"), outcome.count("lost"), len(ours.bodies), microseconds)
    return "| " + " | ".join(map(str, (*cells, *counts))) + " |"


def _ratio(ours: Outcome, stock: Outcome) -> float | None:
    """Return how many times as long stock takes for the bodies that both decode."""
    pairs = [
        (left["seconds"], right["seconds"])
        for left, right in zip(ours.bodies, stock.bodies, strict=False)
        if left.get("seconds") and right.get("seconds")
    ]
    return sum(right for _, right in pairs) / sum(left for left, _ in pairs) if pairs else None


def _try(path: Path, *, types: bool) -> tuple[Outcome, Outcome]:
    text = path.read_text(encoding="utf-8")
    document = json.loads(text) if path.suffix == ".json" else YAML(typ="safe").load(text)
    bodies = [_located(document, body) for body in Sampler(document).bodies(BODIES)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "bodies.json").write_text(json.dumps(bodies))
        prepared = home / "prepared.json"
        with prepared.open("w") as file:
            subprocess.run(
                [sys.executable, TEMPLATES / "prepare.py", path], stdout=file, stderr=subprocess.DEVNULL, check=True
            )
        outcomes = []
        for name, source, options in (
            ("ours", prepared, ["--custom-template-path", str(TEMPLATES)]),
            ("stock", path, []),
        ):
            (home / name).mkdir()
            _run(
                "openapi-python-client",
                "generate",
                "--path",
                source,
                "--meta",
                "none",
                *options,
                "--output-path",
                home / name / "client",
                cwd=home,
            )
            outcomes.append(_tried(document, home / name, home / "bodies.json", bodies, types=types))
    return outcomes[0], outcomes[1]


def _located(document: dict[str, Any], body: Body) -> dict[str, Any]:
    """Return a body with the module of its operation."""
    operation = document["paths"][body.path][body.method]
    tag = PythonIdentifier(next(iter(operation.get("tags") or ["default"])), "tag")
    name = operation.get("operationId")
    module = (
        PythonIdentifier(name, "field_")
        if name
        else generate_operation_id(path=UntrustedString(body.path), method=body.method, prefix="field_")
    )
    where = f"{body.method} {body.path} {body.status}"
    return {
        "module": f"client.api.{tag}.{module}",
        "status": body.status,
        "media_type": body.media_type,
        "content": body.content,
        "where": where,
    }


def _tried(
    document: dict[str, Any], home: Path, bodies: Path, sampled: list[dict[str, Any]], *, types: bool
) -> Outcome:
    package = home / "client"
    declared = sum(method in item for item in document["paths"].values() for method in METHODS)
    if not package.is_dir():
        missing = [{"result": "missing", "why": "nothing was generated", "where": body["where"]} for body in sampled]
        return Outcome(f"0 of {declared}", 0, ["client"], 0, 0, missing)
    made = [path for path in package.glob("api/*/*.py") if path.name != "__init__.py"]
    ran = _run(sys.executable, "-I", TEMPLATES / "corpus" / "trial.py", home, bodies, cwd=home)
    told = (
        json.loads(ran.stdout.strip().splitlines()[-1])
        if ran.returncode == 0
        else {"failed": [ran.stderr[-300:]], "outcomes": []}
    )
    outcomes = [outcome | {"where": body["where"]} for body, outcome in zip(sampled, told["outcomes"], strict=False)]
    outcomes += [{"result": "missing", "why": "", "where": body["where"]} for body in sampled[len(outcomes) :]]
    checked = (
        _run("mypy", "--strict", "--no-error-summary", "--no-incremental", "-p", "client", cwd=home).stdout
        if types
        else ""
    )
    linted = _run("ruff", "check", "--isolated", "--no-cache", "--output-format", "concise", "client", cwd=home).stdout
    return Outcome(
        f"{len(made)} of {declared}",
        len(list(package.glob("models/*.py"))) - 1,
        told["failed"],
        sum(": error:" in line for line in checked.splitlines()),
        sum(bool(re.match(r"client\S+:\d+:", line)) for line in linted.splitlines()),
        outcomes,
    )


def _run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ.get("PATH", "")
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    main()
