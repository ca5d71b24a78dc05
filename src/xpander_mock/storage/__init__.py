"""Tasks, agents and rate windows as rows in SQLite. Neither HTTP nor the contract is known here."""
