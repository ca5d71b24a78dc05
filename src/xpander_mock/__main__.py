"""`python -m xpander_mock`: serve the mock from the command line."""

import sys

from xpander_mock._cli import main

sys.exit(main())
