from ..types import OpenStrEnum


class Genre(OpenStrEnum):
    """What a book is about."""

    NOVEL = "novel"
    SCIENCE_FICTION = "science-fiction"
    CHILDRENS = "children's"
    VALUE_3 = "1984"
