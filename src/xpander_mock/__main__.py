"""`python -m xpander_mock`."""

import sys

from xpander_mock._cli import main

sys.exit(main())
