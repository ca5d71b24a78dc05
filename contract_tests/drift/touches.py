"""What a change touches: claims and tests, and what an index that others write says of clients, mock and defects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict

from ..contract.claims import load_claims
from .changes import Change
from .document import Document
from .sentences import current_sentence, load_sources, pointer_of

# Written by `make docs`: this package knows only the form of the file, not what is named there.
INDEX = Path(__file__).with_name("index.json")
TEXT_KINDS = frozenset(
    f"{name}-changed" for name in ("description", "summary", "title", "tags", "example", "examples", "externalDocs")
)


class OperationEntry(TypedDict):
    """What the index says of an operation.

    `client` and `generated` are functions; `mock` maps each function of the mock's rules to the documented names that
    it speaks of.
    """

    client: list[str]
    generated: list[str]
    mock: dict[str, list[str]]


class ClaimEntry(TypedDict):
    """What the index says of a claim: its tests, and the defects that prove them."""

    tests: list[str]
    defects: list[str]


class Index(TypedDict):
    """The index of what belongs to each operation, component and claim."""

    operations: dict[str, OperationEntry]
    models: dict[str, list[str]]
    claims: dict[str, ClaimEntry]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change touches, each list without repeats.

    Args:
        claims: Ids of claims.
        tests: Tests of these claims.
        client: Methods of the client and functions of the generated client.
        models: Models of the client.
        mock: Functions of the mock's rules.
        defects: Defects that prove the claims' tests.
    """

    claims: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    mock: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()


@cache
def load_index() -> Index:
    """Return the index."""
    index: Index = json.loads(INDEX.read_text(encoding="utf-8"))
    return index


def touched_by(change: Change, revision: Document, index: Index) -> Touched:
    """Return what a change touches.

    Args:
        change: The change.
        revision: The document after the change, whose sentences are compared with the change's old ones.
        index: What belongs to each operation, component and claim.
    """
    if change.kind in TEXT_KINDS:
        claims = _claims_of_text(change, revision)
        return Touched(claims, _of_claims(claims, index, "tests"), defects=_of_claims(claims, index, "defects"))
    claims = tuple(claim for claim in load_claims() if _is_touched(claim, change))
    entries = [index["operations"][operation] for operation in change.operations if operation in index["operations"]]
    return Touched(
        claims=claims,
        tests=_of_claims(claims, index, "tests"),
        client=_unique(name for entry in entries for name in (*entry["client"], *entry["generated"])),
        models=_unique(index["models"].get(_component(change.pointer), ())),
        mock=_unique(
            function
            for entry in entries
            for function, names in entry["mock"].items()
            if change.whole or change.names.intersection(names)
        ),
        defects=_of_claims(claims, index, "defects"),
    )


def _is_touched(claim: str, change: Change) -> bool:
    own = set(load_claims()[claim].operations)
    usages = [usage for usage in change.usages if usage.operation in own]
    if not usages:
        return False
    about = load_sources()[claim].about
    terms = {*change.names, f"schemas/{_component(change.pointer)}"}
    terms |= {f"@{usage.direction}s".replace("@responses", "@answers") for usage in usages}
    return change.whole or bool(terms & about)


def _claims_of_text(change: Change, revision: Document) -> tuple[str, ...]:
    return tuple(
        claim
        for claim, source in load_sources().items()
        if any(_is_changed(sentence, change, revision) for sentence in source.sentences)
    )


def _is_changed(sentence: str, change: Change, revision: Document) -> bool:
    place, _, words = sentence.partition(": ")
    if place == "rulings":
        return False
    if place in revision.operations:
        method, path = revision.operations[place]
        pointer = "#/paths/" + path.replace("~", "~0").replace("/", "~1") + f"/{method}/description"
    else:
        pointer = pointer_of(place)
    if change.pointer not in (pointer, pointer.removesuffix("/description")):
        return False
    now = current_sentence(revision, sentence)
    return words in " ".join(change.before.split()) and (not now or now not in " ".join(change.before.split()))


def _component(pointer: str) -> str:
    found = re.match(r"#/components/schemas/([^/]+)", pointer)
    return found[1] if found else ""


def _of_claims(claims: Iterable[str], index: Index, what: str) -> tuple[str, ...]:
    entries = [index["claims"][claim] for claim in claims if claim in index["claims"]]
    return _unique(name for entry in entries for name in entry["tests" if what == "tests" else "defects"])


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
