"""The result of a comparison: changes with what they touch, and claims to review."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from .changes import IMPACTS, Change
from .sentences import Review, with_followers
from .touches import Touched

WIDTH = 118
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of a comparison.

    Args:
        title: What was compared.
        changes: The changes, the most serious first, each with what it touches.
        reviews: Claims whose sentences changed since they were signed off.
        notes: Further lines for people.
    """

    title: str
    changes: Sequence[tuple[Change, Touched]]
    reviews: Sequence[Review] = ()
    notes: Sequence[str] = ()

    @property
    def status(self) -> int:
        """The exit status: 1 if a change is breaking or a claim is to be reviewed, else 0."""
        return int(bool(self.reviews) or any(change.impact == "breaking" for change, _ in self.changes))

    def counts(self) -> str:
        """Say how many changes there are of each impact, and how many claims to review."""
        found = Counter(change.impact for change, _ in self.changes)
        parts = [f"{found[impact]} {impact}" for impact in IMPACTS]
        waiting = len({review.claim for review in self.reviews})
        return ", ".join(parts) + (f", {waiting} claim{'s' * (waiting != 1)} to review" if waiting else "")


def as_text(result: Comparison) -> str:
    """Return the comparison for a terminal."""
    return "\n".join(_text(result)) + "\n"


def as_markdown(result: Comparison) -> str:
    """Return the comparison as Markdown, for a pull request."""
    return "\n".join(_markdown(result)) + "\n"


def as_json(result: Comparison) -> str:
    """Return the comparison as JSON."""
    changes = [
        {
            "impact": change.impact,
            "kind": change.kind,
            "place": change.place,
            "message": change.message,
            "pointer": change.pointer,
            "operations": change.operations,
            "touches": asdict(touched),
        }
        for change, touched in result.changes
    ]
    reviews = [asdict(review) for review in result.reviews]
    whole = {"title": result.title, "status": result.status, "changes": changes, "to_review": reviews}
    return json.dumps({**whole, "notes": list(result.notes)}, indent=1, ensure_ascii=False) + "\n"


def _text(result: Comparison) -> Iterator[str]:
    yield f"{result.title}: {result.counts()}"
    yield from result.notes
    for change, touched in result.changes:
        yield ""
        yield f"{change.impact.upper()}  {change.place}  ({change.kind})"
        yield f"  {change.message}"
        for name, values in _lists(touched):
            label = f"  {name:<8} "
            yield textwrap.fill(
                values, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_on_hyphens=False
            )
    for review, followers in _reviews(result):
        yield ""
        yield f"TO REVIEW  {review.claim}"
        yield f"  written from  {review.sentence}"
        yield f"  now           {review.now or 'no such sentence any more'}"
        if followers:
            yield f"  follow        {followers}"
        yield f"  when it fits  sign-off {review.claim}"


def _markdown(result: Comparison) -> Iterator[str]:
    yield f"# {result.title}"
    yield ""
    yield f"{result.counts()}."
    for note in result.notes:
        yield f"\n{note}"
    for change, touched in result.changes:
        yield ""
        yield f"## {change.impact}: {change.place}"
        yield ""
        yield f"{change.message} ({change.kind})"
        yield ""
        for name, values in _lists(touched):
            yield f"- {name}: {', '.join(f'`{value}`' for value in values.split(', '))}"
    if result.reviews:
        yield "\n## Claims to review\n"
        yield "| Claim | Written from | Now |"
        yield "| --- | --- | --- |"
        for review, _ in _reviews(result):
            now = review.now.replace("|", "\\|") or "no such sentence any more"
            yield f"| {review.claim} | {review.sentence.replace('|', chr(92) + '|')} | {now} |"


def _lists(touched: Touched) -> Iterator[tuple[str, str]]:
    for part in fields(touched):
        values: tuple[str, ...] = getattr(touched, part.name)
        if values:
            more = [f"and {len(values) - _MOST_NAMED} more"] if len(values) > _MOST_NAMED + 1 else []
            yield part.name, ", ".join([*(values[:_MOST_NAMED] if more else values), *more])


def _reviews(result: Comparison) -> Iterator[tuple[Review, str]]:
    for review in result.reviews:
        yield review, ", ".join(sorted(with_followers([review.claim]) - {review.claim}))
