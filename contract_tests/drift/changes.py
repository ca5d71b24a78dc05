"""Changes of a document: what changed where, and how serious the policy says it is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .document import Document, Usage, sentences_of

POLICY = Path(__file__).with_name("policy.toml")
Impact = Literal["breaking", "additive", "text"]
IMPACTS: tuple[Impact, ...] = ("breaking", "additive", "text")
_RATINGS: dict[str, Impact] = {"major": "breaking", "minor": "additive", "patch": "text"}
# Properties that people read and no program depends on.
_TEXT = frozenset({"description", "summary", "title", "tags", "example", "examples", "deprecated", "externalDocs"})
_LONGEST_VALUE = 70


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the document.

    Args:
        kind: What kind of change it is, such as `enum-values-added`; the policy rates kinds.
        impact: How serious it is.
        place: Where it is, for people, such as `Task.title` or `list_tasks: page`.
        message: What changed.
        pointer: Where it is in the document: in the old one, unless the part is new.
        usages: Where the changed part is used, in both documents.
        names: The parameters, fields, headers and statuses that changed.
        whole: Whether whole operations changed, so that everything about them is touched.
        before: The old value, if it is a text.
        after: The new value, if it is a text.
    """

    kind: str
    impact: Impact
    place: str
    message: str
    pointer: str
    usages: tuple[Usage, ...] = ()
    names: frozenset[str] = frozenset()
    whole: bool = False
    before: str = ""
    after: str = ""

    @property
    def operations(self) -> list[str]:
        """The ids of the operations that use the changed part."""
        return list(dict.fromkeys(usage.operation for usage in self.usages))

    @property
    def directions(self) -> set[str]:
        """Whether the changed part is sent, answered, or both."""
        return {usage.direction for usage in self.usages}


@cache
def load_policy() -> dict[str, dict[str, str]]:
    """Return the rules of `policy.toml` by kind of change.

    Raises:
        ValueError: A rule has no reason or rates with an unknown word.
    """
    rules: dict[str, dict[str, str]] = tomllib.loads(POLICY.read_text(encoding="utf-8"))
    for kind, rule in rules.items():
        ratings = {key: value for key, value in rule.items() if key != "reason"}
        if not rule.get("reason") or not ratings.keys() <= {"impact", "request", "response"}:
            raise ValueError(f"{POLICY.name}: {kind}: expected `reason`, and `impact` or `request` and `response`")
        if not set(ratings.values()) <= set(IMPACTS):
            raise ValueError(f"{POLICY.name}: {kind}: expected one of {', '.join(IMPACTS)}")
    return rules


def read_changes(found: Iterable[dict[str, Any]], base: Document, revision: Document) -> list[Change]:
    """Return the changes that `redocly diff` reported, rated and located, the most serious first.

    Args:
        found: The reported changes.
        base: The document before.
        revision: The document after.
    """
    changes = [change for raw in found if (change := _read(raw, base, revision)).pointer]
    unique = {(change.kind, change.pointer, change.message): change for change in changes}
    return sorted(unique.values(), key=lambda change: (IMPACTS.index(change.impact), change.place))


def _read(raw: dict[str, Any], base: Document, revision: Document) -> Change:
    before, after = raw.get("base") or {}, raw.get("revision") or {}
    old, new = before.get("pointer", ""), after.get("pointer", "")
    kind = _kind(raw)
    whole = raw["typeName"] in ("PathItem", "Operation") and raw.get("property") in (None, "key", "operationId")
    usages = tuple(dict.fromkeys([*_usages(base, old, raw), *_usages(revision, new, raw)]))
    if raw["typeName"] == "Parameter":  # the place of a reference does not tell that it is one to a parameter
        usages = tuple(dict.fromkeys(replace(usage, direction="request") for usage in usages))
    names = frozenset() if whole else _names(raw, usages, before.get("value"), after.get("value"))
    return Change(
        kind=kind,
        impact=_impact(kind, raw, usages),
        place=_place(old or new, usages, raw, before.get("value") or after.get("value")),
        message=_message(raw, before.get("value"), after.get("value")),
        pointer=old or new,
        usages=usages,
        names=names,
        whole=whole,
        before=before["value"] if isinstance(before.get("value"), str) else "",
        after=after["value"] if isinstance(after.get("value"), str) else "",
    )


def _kind(raw: dict[str, Any]) -> str:
    if raw["verdicts"]:
        return str(raw["verdicts"][0]["ruleId"])
    if raw.get("property"):
        return f"{raw['property']}-changed"
    names = {"Schema": "property", "PathItem": "path"}
    kind = str(raw["typeName"])
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", names.get(kind, kind)).lower()
    return f"{plain}-{raw['kind']}"


def _usages(document: Document, pointer: str, raw: dict[str, Any]) -> list[Usage]:
    if not pointer:
        return []
    if pointer.startswith(("#/servers", "#/security", "#/components/securitySchemes")):
        return [Usage(operation, "operation") for operation in document.operations]
    return document.usages(pointer)


def _names(raw: dict[str, Any], usages: Iterable[Usage], before: Any, after: Any) -> frozenset[str]:
    names: set[str] = set()
    if raw["typeName"].startswith("Security"):
        names.add("@security")
    if raw.get("property") == "required" and isinstance(before or after, list):
        return frozenset(set(before or ()) ^ set(after or ()))
    value = before if isinstance(before, dict) else after
    if raw["typeName"] == "Parameter" and isinstance(value, dict) and "name" in value:
        return frozenset({value["name"], "@parameters"})
    for usage in usages:
        # The status says what changed only where the answer itself did; a field of the answer has its own name.
        names.update(usage.names[-1:] or ((usage.status,) if usage.status else ()))
    return frozenset(names)


def _impact(kind: str, raw: dict[str, Any], usages: Iterable[Usage]) -> Impact:
    rated = _RATINGS[raw["impact"]]
    if not usages and raw["pointer" if "pointer" in raw else "path"].startswith("#/components/"):
        return "text"
    rule = load_policy().get(kind)
    if rule is None or (raw.get("property") in _TEXT and kind not in load_policy()):
        return rated
    directions = {usage.direction for usage in usages}
    ratings = [rule.get(direction) or rule.get("impact") or rated for direction in directions] or [rated]
    found: list[Impact] = [_as_impact(rating) for rating in ratings]
    return min(found, key=IMPACTS.index)


def _as_impact(text: str) -> Impact:
    return next(impact for impact in IMPACTS if impact == text)


def _place(pointer: str, usages: tuple[Usage, ...], raw: dict[str, Any], value: Any) -> str:
    component = re.match(r"#/components/(\w+)/([^/]+)", pointer)
    if component and component[1] == "schemas":
        fields = re.findall(r"/properties/([^/]+)", pointer)
        return ".".join([component[2], *fields])
    if component:
        header = re.search(r"/headers/([^/]+)", pointer)
        return f"{component[2]}: {header[1]}" if header else component[2]
    name = value.get("name") if raw["typeName"] == "Parameter" and isinstance(value, dict) else None
    operations = list(dict.fromkeys(usage.operation for usage in usages))
    if not pointer.startswith("#/paths/"):
        return pointer.removeprefix("#/")
    inside = [name] if name else list(usages[0].names) if usages else []
    inside = inside or ([usages[0].status] if usages and usages[0].status else [])
    return f"{', '.join(operations)}{': ' if inside else ''}{'.'.join(inside)}"


def _message(raw: dict[str, Any], before: Any, after: Any) -> str:
    if raw["verdicts"]:
        return str(raw["verdicts"][0]["message"])
    if raw.get("property") == "description" and isinstance(before, str) and isinstance(after, str):
        old, new = sentences_of(before), sentences_of(after)
        parts = [f"gone “{one}”" for one in old if one not in new] + [f"new “{one}”" for one in new if one not in old]
        return f"The description changed: {', '.join(parts) or 'the order of its sentences'}."
    if raw.get("property"):
        return f"`{raw['property']}` changed from {_short(before)} to {_short(after)}."
    names = {"Schema": "field", "PathItem": "path"}
    what = names.get(raw["typeName"], re.sub(r"(?<=[a-z])(?=[A-Z])", " ", raw["typeName"]).lower())
    return f"This {what} is {'new' if raw['kind'] == 'added' else 'gone'}."


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = str(value)
    return f"`{text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + '…'}`"
