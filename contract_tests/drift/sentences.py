"""The sentences that claims were written from, and whether they have changed since a claim was signed off."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..contract.claims import load_claims
from ..contract.openapi import shared_file
from .document import Document, escape, sentences_of

SOURCES = Path(__file__).with_name("claim_sources.toml")
REVIEWED = Path(__file__).with_name("reviewed.json")
RULINGS = shared_file("docs/rulings.md")


@dataclass(frozen=True, slots=True)
class ClaimSource:
    """What a claim rests on.

    Args:
        about: Names of the parts whose change touches the claim.
        sentences: The sentences it was written from, as `place: words`.
    """

    about: frozenset[str]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """A claim whose sentence changed since the claim was signed off.

    Args:
        claim: Id of the claim.
        sentence: The sentence, as `place: words`.
        now: What stands there now; empty if no sentence there holds the words any more.
    """

    claim: str
    sentence: str
    now: str


@cache
def load_sources() -> dict[str, ClaimSource]:
    """Return what each claim rests on, by id; a claim without a row rests on the words of its own sentence."""
    rows = tomllib.loads(SOURCES.read_text(encoding="utf-8"))
    found = {}
    for claim in load_claims().values():
        row = rows.get(claim.id, {})
        own = re.findall(r"`([\w-]+)`|\b([1-5]\d\d)\b", claim.sentence)
        about = row.get("about") or [word or status for word, status in own]
        found[claim.id] = ClaimSource(frozenset(about), tuple(row.get("sentences", ())))
    return found


def pointer_of(place: str) -> str:
    """Return the pointer of the description that a place of `claim_sources.toml` means, for components."""
    kind, *names = place.split("/")
    if place == "info":
        return "#/info/description"
    if kind == "schemas":
        fields = "".join(f"/properties/{escape(name)}" for name in names[1:])
        return f"#/components/schemas/{names[0]}{fields}/description"
    return f"#/components/{'/'.join([kind, *names])}/description"


def description_at(document: Document, place: str) -> str:
    """Return the description at a place, or an empty string."""
    if place in document.operations:
        method, path = document.operations[place]
        text = document.data["paths"][path][method].get("description")
    else:
        text = document.resolve(pointer_of(place))
    return text if isinstance(text, str) else ""


def current_sentence(document: Document, sentence: str) -> str | None:
    """Return what stands at a sentence's place now: the sentence, an empty string if it is gone, None if unknown.

    Args:
        document: The document to look into.
        sentence: The sentence, as `place: words`.
    """
    place, _, words = sentence.partition(": ")
    if place == "rulings":
        if not RULINGS.exists():
            return None
        parts = RULINGS.read_text(encoding="utf-8").splitlines()
    else:
        parts = sentences_of(description_at(document, place))
    return next((part for part in parts if words in part), "")


def hash_of(sentence: str) -> str:
    """Return the hash that `reviewed.json` keeps of a sentence."""
    return hashlib.sha256(" ".join(sentence.split()).encode()).hexdigest()[:16]


def load_reviewed() -> dict[str, dict[str, str]]:
    """Return the hashes of the sentences of each claim when it was signed off."""
    reviewed: dict[str, dict[str, str]] = json.loads(REVIEWED.read_text(encoding="utf-8"))
    return reviewed


def to_review(document: Document, reviewed: Mapping[str, Mapping[str, str]] | None = None) -> list[Review]:
    """Return the claims whose sentences changed since they were signed off.

    Args:
        document: The document as it is now.
        reviewed: The hashes at the last sign-off; None reads `reviewed.json`.
    """
    return list(_to_review(document, load_reviewed() if reviewed is None else reviewed))


def _to_review(document: Document, reviewed: Mapping[str, Mapping[str, str]]) -> Iterator[Review]:
    for claim, source in load_sources().items():
        for sentence in source.sentences:
            now = current_sentence(document, sentence)
            if now is not None and reviewed.get(claim, {}).get(sentence) != hash_of(now):
                yield Review(claim, sentence, now)


def with_followers(claims: Iterable[str]) -> set[str]:
    """Return claims with all that follow from one of them, as their `source` says."""
    found = set(claims)
    while True:
        more = {
            claim.id
            for claim in load_claims().values()
            if claim.source.startswith("follows from") and found.intersection(re.findall(r"[A-Z]+-\d+A?", claim.source))
        }
        if more <= found:
            return found
        found |= more


def sign_off(document: Document, claims: Iterable[str]) -> list[str]:
    """Store the present hashes of claims in `reviewed.json`; return the sentences that could not be found.

    Args:
        document: The document as it is now.
        claims: Ids of the claims that someone has checked.
    """
    reviewed: dict[str, Any] = load_reviewed() if REVIEWED.exists() else {}
    missing = []
    for claim in claims:
        hashes = {}
        for sentence in load_sources()[claim].sentences:
            now = current_sentence(document, sentence)
            if now:
                hashes[sentence] = hash_of(now)
            elif now == "":
                missing.append(f"{claim}: {sentence}")
        reviewed[claim] = hashes
    ordered = {claim: reviewed[claim] for claim in load_claims() if claim in reviewed}
    REVIEWED.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return missing
