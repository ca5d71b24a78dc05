"""Compare the contract with another version of itself, or with the provider's own document."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from ..contract.openapi import OPENAPI
from .changes import Change, read_changes
from .document import Document, DocumentError
from .provider import DESCRIPTIONS, compare, load_descriptions, load_known
from .redocly import differences
from .result import Comparison
from .sentences import load_sources, pointer_of, to_review
from .touches import Touched, load_index, touched_by


def compare_versions(base: str, revision: Path | None = None) -> Comparison:
    """Compare two versions of the contract, and tell what each change touches.

    Args:
        base: A file, or a git revision of `openapi.yaml`, such as `main` or `HEAD~3`.
        revision: The newer document; None is the contract of this suite.

    Raises:
        DocumentError: A document cannot be read, or there is no such revision.
        RedoclyError: `redocly diff` is missing or failed.
    """
    newer = revision or OPENAPI
    before, after = _at_revision(base), Document.read(newer)
    changes = read_changes(differences(before.data, after.data), before, after)
    index = load_index()
    return Comparison(
        title=f"{newer.name} against {base}",
        changes=[(change, touched_by(change, after, index)) for change in changes],
        reviews=to_review(after),
    )


def compare_with_provider(document: Path, sign_off: bool = False) -> Comparison:
    """Compare the contract with the provider's document, by method, path and shape.

    Args:
        document: The provider's OpenAPI document.
        sign_off: Whether to store the provider's descriptions, so that only later changes of them are told.

    Raises:
        DocumentError: The document cannot be read.
        RedoclyError: `redocly diff` is missing or failed.
    """
    contract = Document.read(OPENAPI)
    drift = compare(contract, Document.read(document), load_known(), load_descriptions())
    notes = [
        "Compared by method, path and shape. Gone, removed: the contract has it, the provider's document has not. New,",
        "added: the other way round.",
        f"{len(drift.known)} known differences (provider_known.toml) are left out; "
        f"{drift.others} operations of the provider are not in the contract.",
    ]
    if sign_off:
        DESCRIPTIONS.write_text(json.dumps(dict(sorted(drift.descriptions.items())), indent=1) + "\n", encoding="utf-8")
        notes.append(f"Stored {len(drift.descriptions)} descriptions as signed off.")
    index = load_index()
    touched = [
        (
            change,
            _touched_by_text(change)
            if change.kind == "provider-description-changed"
            else touched_by(change, contract, index),
        )
        for change in drift.changes
    ]
    return Comparison(f"The contract against {document.name}", touched, notes=notes)


def _touched_by_text(change: Change) -> Touched:
    """Return the claims that were written from the place whose description the provider changed."""
    places = {change.place, change.pointer}
    claims = [
        claim
        for claim, source in load_sources().items()
        for sentence in source.sentences
        if {sentence.partition(": ")[0], pointer_of(sentence.partition(": ")[0])} & places
    ]
    return Touched(tuple(dict.fromkeys(claims)))


def _at_revision(base: str) -> Document:
    if Path(base).is_file():
        return Document.read(Path(base))
    # The suite may be a folder of any repository: git finds the file from the folder that holds it.
    command = ["git", "-C", str(OPENAPI.parent), "show", f"{base}:./{OPENAPI.name}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DocumentError(
            f"{base}: expected a file; git, which could know it as a revision, is not installed"
        ) from None
    if base.startswith("-") or done.returncode:
        raise DocumentError(f"{base}: expected a file, or a git revision that has {OPENAPI.name}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / OPENAPI.name
        path.write_text(done.stdout, encoding="utf-8")
        return Document.read(path)
