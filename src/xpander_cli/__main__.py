"""`python -m xpander_cli` does what the script `xpander-tasks` does."""

import sys

from xpander_cli.program import main

if __name__ == "__main__":
    sys.exit(main())
