"""Says how to install the packages that only the mock needs, when one of them is missing."""

from collections.abc import Iterator
from contextlib import contextmanager

INSTALL = "pip install 'xpander-tasks[mock]'"


class MissingExtraError(ImportError):
    """The mock was used without the packages that it needs."""


@contextmanager
def needs_mock_extra() -> Iterator[None]:
    """Import modules of the mock inside.

    Raises:
        MissingExtraError: A package is not installed; the message names it, and the command that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == __name__.partition(".")[0]:
            raise  # a bug of ours, which no installation mends
        raise MissingExtraError(f"xpander_mock needs the package {error.name!r}: {INSTALL}") from error
