from ..types import OpenStrEnum


class Genre(OpenStrEnum):
    """What a book is about."""

    NOVEL = "novel"
    SCIENCE_FICTION = "science-fiction"
    CHILDRENS = "children's"
    VALUE_3 = "1984"
    NONE = "none"
    Novel = NOVEL
    ScienceFiction = SCIENCE_FICTION
    Childrens = CHILDRENS
    Value3 = VALUE_3
