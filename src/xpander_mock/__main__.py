"""`python -m xpander_mock` and `xpander-mock`: serve the mock from the command line."""

import sys

from xpander_mock.missing_extra import MissingExtraError, needs_mock_extra


def main() -> int:
    """Run the command line, and return its exit status."""
    try:
        with needs_mock_extra():
            from xpander_mock.cli import main as run
    except MissingExtraError as error:
        print(error, file=sys.stderr)
        return 1
    return run()


if __name__ == "__main__":
    sys.exit(main())
