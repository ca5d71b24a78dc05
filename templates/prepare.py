"""Prepare an OpenAPI document for the generator: `python prepare.py DOCUMENT > prepared.json`.

Writes the prepared document as JSON to stdout, and what was changed to stderr, one change a line.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

from ruamel.yaml import YAML


def main() -> None:
    """Read the document that the command line names and print the prepared one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("document", type=Path, help="an OpenAPI document, YAML or JSON")
    prepared = importlib.import_module("preparation").prepare(load(parser.parse_args().document))
    json.dump(prepared.document, sys.stdout, indent=1, default=str)
    sys.stderr.writelines(f"{change}\n" for change in prepared.changes)


def load(path: Path) -> object:
    """Read a JSON or YAML file."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else YAML(typ="safe", pure=False).load(text)


if __name__ == "__main__":
    main()
