"""The command line of the suite; `python -m contract_tests --help` lists the commands."""

from .cli import main

raise SystemExit(main())
