"""Builds a mock with defects out of the healthy parts."""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, get_args

from starlette.types import ASGIApp

from proof.defects._defect import CATALOGUE, Built, Defect, Wired
from proof.defects._wire import Wire
from xpander_mock._app import Parts


class UnknownDefect(Exception):
    """No defect has this name."""


def with_defects(parts: Parts, names: Iterable[str]) -> Parts:
    """The same parts with the named defects in them.

    Args:
        parts: The healthy parts.
        names: Names of the catalogue.

    Raises:
        UnknownDefect: The catalogue has no such name.
    """
    chosen = [_find(name) for name in names]
    changes: dict[str, Any] = {}
    for layer in get_args(Built):
        classes = [defect.code for defect in chosen if defect.layer == layer]
        if classes:
            healthy = getattr(parts, layer)
            changes[layer] = type(f"Faulty{healthy.__name__}", (*classes, healthy), {})
    wired = [defect for defect in chosen if defect.layer in get_args(Wired)]
    if wired:

        def wrap(app: ASGIApp) -> ASGIApp:
            return Wire(app, wired)

        changes["middleware"] = [*parts.middleware, wrap]
    return replace(parts, **changes)


def _find(name: str) -> Defect:
    if name not in CATALOGUE:
        close = get_close_matches(name, CATALOGUE, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise UnknownDefect(f"no defect is called {name!r}{hint} See --list-defects.")
    return CATALOGUE[name]
