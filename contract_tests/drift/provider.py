"""Differences between the contract and the provider's own published document, which names things otherwise."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .changes import Change, read_changes
from .document import Document, Usage
from .normal_form import NormalForm, Normalizer, same_path
from .redocly import differences
from .sentences import hash_of

KNOWN = Path(__file__).with_name("provider_known.toml")
DESCRIPTIONS = Path(__file__).with_name("provider_descriptions.json")


@dataclass(slots=True)
class ProviderDrift:
    """How the provider's document differs from the contract.

    Attributes:
        changes: The differences that are not known; what the provider has and the contract has not counts as added.
        known: Known differences, each with its reason.
        descriptions: Hash of each description of the provider, by place; to be stored at a sign-off.
        others: Operations of the provider that this contract is not about.
    """

    changes: list[Change] = field(default_factory=list)
    known: list[tuple[Change, str]] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    others: int = 0


def load_known() -> list[dict[str, Any]]:
    """Return the known differences: rows with `kind`, `names` and `reason`."""
    rows: list[dict[str, Any]] = tomllib.loads(KNOWN.read_text(encoding="utf-8"))["known"]
    return rows


def load_descriptions() -> dict[str, str]:
    """Return the hashes of the provider's descriptions when they were last signed off."""
    hashes: dict[str, str] = json.loads(DESCRIPTIONS.read_text(encoding="utf-8"))
    return hashes


def compare(
    contract: Document, provider: Document, known: Iterable[dict[str, Any]], descriptions: dict[str, str]
) -> ProviderDrift:
    """Compare the contract with the provider's document, operation by operation.

    Args:
        contract: Our document, with `x-upstream-operation-id` at operations.
        provider: The provider's document.
        known: Differences that are known, as `load_known` returns them.
        descriptions: Hashes of the provider's descriptions at the last sign-off, by place.
    """
    drift = ProviderDrift()
    ours, theirs = Normalizer(contract), Normalizer(provider)
    moved: list[Change] = []
    matched: set[tuple[str, str]] = set()
    for operation, (method, path) in contract.operations.items():
        upstream = contract.data["paths"][path][method].get("x-upstream-operation-id", operation)
        found = _find(provider, method, path, upstream)
        ours.add(method, path, path, operation)
        if found:
            matched.add(found)
            # Under our own method and path: that it moved is told on its own.
            if found[0] == method:
                theirs.add(method, found[1], path, operation)
            moved += _moves(provider, operation, (method, path), found, upstream)
    paths = [path for _, path in contract.operations.values()]
    for operation, (method, path) in provider.operations.items():
        if (method, path) in matched:
            continue
        if any(_is_below(path, ours_path) for ours_path in paths):
            theirs.add(method, path, path, operation)
        else:
            drift.others += 1
    raw = differences(ours.form.data, theirs.form.data)
    found_changes = read_changes(raw, Document(ours.form.data), Document(theirs.form.data))
    changes = [*moved, *_merged(_located(change, ours.form) for change in found_changes)]
    texts = _descriptions(ours.form, theirs.form)
    drift.descriptions = {place: hash_of(text) for place, (text, _) in texts.items()}
    changes += [
        Change(
            kind="provider-description-changed",
            impact="text",
            place=place,
            message="The provider describes this otherwise than at the last sign-off."
            if place in descriptions
            else "The provider describes this for the first time.",
            pointer=pointer,
            after=" ".join(text.split()),
        )
        for place, (text, pointer) in sorted(texts.items())
        if descriptions.get(place) != hash_of(text)
    ]
    rows = list(known)
    for change in changes:
        reason = next((row["reason"] for row in rows if _matches(row, change)), None)
        if reason is None:
            drift.changes.append(change)
        else:
            drift.known.append((change, reason))
    return drift


def _find(provider: Document, method: str, path: str, upstream: str) -> tuple[str, str] | None:
    for candidate in provider.operations.values():
        if candidate[0] == method and same_path(candidate[1], path):
            return candidate
    return provider.operations.get(upstream)


def _moves(
    provider: Document, operation: str, ours: tuple[str, str], theirs: tuple[str, str], upstream: str
) -> list[Change]:
    usage = (Usage(operation, "operation"),)
    pointer = f"#/operations/{operation}"
    if ours[0] != theirs[0] or not same_path(ours[1], theirs[1]):
        message = f"{ours[0].upper()} `{ours[1]}` moved to {theirs[0].upper()} `{theirs[1]}`."
        return [Change("operation-moved", "breaking", operation, message, pointer, usage, whole=True)]
    name = provider.data["paths"][theirs[1]][theirs[0]].get("operationId", "")
    if name != upstream:
        message = f"The provider's operationId changed from `{upstream}` to `{name}`."
        return [Change("upstream-operation-id-changed", "text", operation, message, pointer, usage)]
    return []


def _is_below(path: str, ours: str) -> bool:
    parts, own = path.split("/"), ours.split("/")
    return len(parts) >= len(own) and same_path("/".join(parts[: len(own)]), ours)


def _located(change: Change, ours: NormalForm) -> Change:
    of_field = change.kind in ("property-added", "property-removed", "default-changed", "readOnly-changed")
    pointer, place = ours.pointer_and_place(change.pointer.removesuffix("/default"), of_field)
    if not pointer:
        return change
    last = change.pointer.rpartition("/")[2]
    if place.endswith(f".{last}") or last in ("schema", "items"):
        return replace(change, pointer=pointer, place=place)
    return replace(change, pointer=f"{pointer}/{last}", place=place)


def _merged(changes: Iterable[Change]) -> list[Change]:
    """Join differences of one component that were found at each operation that uses it."""
    found: dict[tuple[str, str, str], Change] = {}
    for change in changes:
        inline = not change.pointer.startswith("#/components/schemas/")
        place = ": ".join(change.place.split(": ")[1:]) if inline and not change.whole else change.place
        # A field that is gone is told in other words for requests than for answers.
        same_words = change.message if inline else change.message.split("`")[0] + change.pointer
        key = (change.kind, place, "" if change.kind.startswith("property-") else same_words)
        if key in found and not change.whole:
            known = found[key]
            change = replace(
                known, usages=tuple(dict.fromkeys([*known.usages, *change.usages])), names=known.names | change.names
            )
            if inline:
                change = replace(change, place=": ".join(filter(None, [", ".join(change.operations), place])))
        found[key] = change
    return list(found.values())


def _descriptions(ours: NormalForm, theirs: NormalForm) -> dict[str, tuple[str, str]]:
    """Return the provider's descriptions and their pointers in the contract, by place."""
    found: dict[str, tuple[str, str]] = {}
    for pointer, text in theirs.descriptions.items():
        component, place = ours.pointer_and_place(pointer)
        if component and ours.origins.get(pointer) is None:
            continue  # a field that the contract has not is told as a new field
        if not component:
            operation, _, rest = pointer.removeprefix("#/paths/").partition("/")
            method, _, rest = rest.partition("/")
            node = Document(theirs.data).resolve("/".join(["#/paths", operation, method]))
            if not isinstance(node, dict) or rest.endswith("/schema"):
                continue
            place = node["operationId"]
            if rest:
                parameter = Document(theirs.data).resolve(pointer)
                name = parameter.get("name") if isinstance(parameter, dict) else None
                if not name:
                    continue
                place = f"{place}: {name}"
            component = pointer
        found.setdefault(place, (text, f"{component}/description"))
    return found


def _matches(row: dict[str, Any], change: Change) -> bool:
    names = set(row.get("names", ()))
    return row["kind"] == change.kind and (not names or bool(names & {*change.names, change.place}))
