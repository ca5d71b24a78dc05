"""The contract suite, under the name that it has in the wheel; in a clone it is the folder `contract_tests`."""

from pathlib import Path

__path__ = [str(Path(__file__).parents[2] / "contract_tests")]
