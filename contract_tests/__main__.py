"""The command line of the suite: `python -m contract_tests diff`, `drift` and `sign-off`."""

from .cli import main

raise SystemExit(main())
