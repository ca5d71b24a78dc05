"""Builds a mock with defects out of the healthy parts."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args

from starlette.types import ASGIApp

from proof.defects._defect import CATALOGUE, Defect, Part, Wired
from proof.defects._defect_middleware import DefectMiddleware
from xpander_mock import Parts


class UnknownDefect(Exception):
    """No defect has this name."""


def with_defects(parts: Parts, names: Iterable[str]) -> Parts:
    """Return the same parts with the named defects in them.

    Args:
        parts: The healthy parts.
        names: Names of the catalogue.

    Raises:
        UnknownDefect: The catalogue has no such name.
    """
    chosen = [_find(name) for name in names]
    changes: dict[str, Any] = {}
    for part in get_args(Part):
        # Two defects may share a class, which can be a base only once.
        classes = dict.fromkeys(code for defect in chosen if (code := _replacement(defect, part)) is not None)
        if classes:
            healthy = getattr(parts, part)
            changes[part] = type(f"Faulty{healthy.__name__}", (*classes, healthy), {})
    wired = [defect for defect in chosen if defect.layer in get_args(Wired)]
    if wired:

        def wrap(app: ASGIApp) -> ASGIApp:
            return DefectMiddleware(app, wired)

        changes["middleware"] = [*parts.middleware, wrap]
    return replace(parts, **changes)


def _replacement(defect: Defect, part: str) -> type | None:
    """Return the class by which a defect replaces a part, None when it leaves the part alone."""
    if defect.layer == "parts":
        return getattr(defect.code, part, None)
    return defect.code if defect.layer == part else None


def _find(name: str) -> Defect:
    if name not in CATALOGUE:
        close = get_close_matches(name, CATALOGUE, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise UnknownDefect(f"no defect is called {name!r}{hint} See --list-defects.")
    return CATALOGUE[name]
