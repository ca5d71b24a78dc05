"""How the document is loaded for a run: `schemathesis.toml`, then what the environment asks for."""

import os
from dataclasses import dataclass
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from contract_tests.contract import OPENAPI
from contract_tests.target import Profile, read_profile, read_seed, starts_mock

CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
UNEXPECTED_METHODS = {"put", "patch", "delete", "get", "post", "options", "trace"}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a profile generates.

    Args:
        examples: Fuzzed requests of each operation.
        sequences: Sequences of requests that follow links.
        invokes: Tasks that a test module may start for each operation that runs, stops or deletes one.
        live_invokes: The same on a server that is not the mock, where a task takes its time and costs money.
        replays: Requests of each operation that are sent again with other credentials.
    """

    examples: int
    sequences: int
    invokes: int
    live_invokes: int
    replays: int


AMOUNTS: dict[Profile, Amount] = {
    "quick": Amount(examples=15, sequences=12, invokes=15, live_invokes=4, replays=3),
    "default": Amount(examples=60, sequences=40, invokes=60, live_invokes=8, replays=10),
    "deep": Amount(examples=1000, sequences=500, invokes=1000, live_invokes=40, replays=50),
}


def amount() -> Amount:
    """Return how much this run generates."""
    return AMOUNTS[read_profile(os.environ)]


def load() -> BaseSchema:
    """Return the document with this run's settings.

    Reads the environment: pytest collects, and with it schemathesis generates, before there is a fixture to ask.
    """
    config = SchemathesisConfig.from_path(CONFIGURATION)
    config.update(seed=read_seed(os.environ), max_failures=None)
    schema = schemathesis.openapi.from_path(OPENAPI, config=config)
    schema.config.phases.fuzzing.generation.update(max_examples=amount().examples)
    if starts_mock(os.environ):
        schema.config.phases.coverage.unexpected_methods = UNEXPECTED_METHODS
    return schema


def sequence_settings(sequences: int) -> settings:
    """Return how hypothesis runs some sequences."""
    return settings(
        max_examples=sequences,
        stateful_step_count=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        # A sequence waits for a server; that it takes its time, or finds no step to take, says nothing about the test.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
