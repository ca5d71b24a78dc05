"""The models of requests and responses."""

from ..layout import resolve_annotations as _resolve_annotations
from .author import Author
from .book import Book
from .book_form import BookForm
from .book_upload import BookUpload
from .branch_settings import BranchSettings
from .category import Category
from .closed import Closed
from .closed_kind import ClosedKind
from .copies_by_branch import CopiesByBranch
from .genre import Genre
from .lent_book import LentBook
from .lent_room import LentRoom
from .loan import Loan
from .loan_base import LoanBase
from .model import Model
from .notes import Notes
from .nothing import Nothing
from .opened import Opened
from .opened_kind import OpenedKind
from .organization import Organization
from .person import Person
from .problem import Problem
from .rank import Rank
from .request import Request
from .response import Response
from .search_filter import SearchFilter
from .settings import Settings
from .shelves import Shelves

__all__ = (
    "Author",
    "Book",
    "BookForm",
    "BookUpload",
    "BranchSettings",
    "Category",
    "Closed",
    "ClosedKind",
    "CopiesByBranch",
    "Genre",
    "LentBook",
    "LentRoom",
    "Loan",
    "LoanBase",
    "Model",
    "Notes",
    "Nothing",
    "Opened",
    "OpenedKind",
    "Organization",
    "Person",
    "Problem",
    "Rank",
    "Request",
    "Response",
    "SearchFilter",
    "Settings",
    "Shelves",
)

_models = {name: globals()[name] for name in __all__}
_resolve_annotations(_models.values(), _models)
