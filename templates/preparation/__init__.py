"""Preparation of an OpenAPI document for openapi-python-client: what its parser cannot read is written another way."""

from .composition import compose
from .document import Prepared, normalize
from .hoisting import hoist
from .names import name_classes
from .operations import prepare_operations
from .schemas import simplify


def prepare(document: object) -> Prepared:
    """Return a copy of a document that the generator reads without loss, and what was changed.

    Args:
        document: The document as plain objects; it is not modified.

    Raises:
        ValueError: It is no OpenAPI 3 document.
    """
    prepared = normalize(document)
    for step in (simplify, hoist, compose, simplify, prepare_operations, name_classes):
        step(prepared)
    return prepared
