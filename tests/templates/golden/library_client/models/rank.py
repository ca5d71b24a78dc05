from ..types import OpenIntEnum


class Rank(OpenIntEnum):
    """How often a book is asked for."""

    VALUE_1 = 1
    VALUE_2 = 2
    VALUE_3 = 3
