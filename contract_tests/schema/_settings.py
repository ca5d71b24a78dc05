"""The document and its generation settings: `schemathesis.toml`, then the profile and seed of the environment."""

import os
from dataclasses import dataclass

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from ..contract.openapi import OPENAPI, shared_file
from ..run.target import Profile, read_profile, read_seed, starts_mock

CONFIGURATION = shared_file("schemathesis.toml")
UNEXPECTED_METHODS = {"put", "patch", "delete", "get", "post", "options", "trace"}


@dataclass(frozen=True, slots=True)
class GenerationLimits:
    """How much a profile generates.

    Args:
        examples: Random requests for each operation.
        sequences: Sequences of requests that follow links.
        invokes: Tasks that a test module may start for each operation that runs, stops or deletes one.
        live_invokes: The same on a live server, where tasks take time and cost money.
        replays: Requests of each operation that are repeated with other credentials.
    """

    examples: int
    sequences: int
    invokes: int
    live_invokes: int
    replays: int


GENERATION_LIMITS: dict[Profile, GenerationLimits] = {
    "quick": GenerationLimits(examples=15, sequences=12, invokes=15, live_invokes=4, replays=3),
    "default": GenerationLimits(examples=60, sequences=40, invokes=60, live_invokes=8, replays=10),
    "deep": GenerationLimits(examples=1000, sequences=500, invokes=1000, live_invokes=40, replays=50),
}


def generation_limits() -> GenerationLimits:
    """Return how much this run generates."""
    return GENERATION_LIMITS[read_profile(os.environ)]


def load(part: int = 0, parts: int = 1) -> BaseSchema:
    """Load the document with this run's settings.

    Reads the environment, because schemathesis generates while pytest collects, before any fixture exists.

    Args:
        part: Number of the part, from 0. Only the first one has the document's examples and the limits of parameters.
        parts: Number of parts that share the random requests.
    """
    config = SchemathesisConfig.from_path(CONFIGURATION)
    config.update(seed=read_seed(os.environ) + part, max_failures=None)
    schema = schemathesis.openapi.from_path(OPENAPI, config=config)
    schema.config.phases.fuzzing.generation.update(max_examples=max(1, generation_limits().examples // parts))
    if part:
        schema.config.phases.examples.enabled = False
        schema.config.phases.coverage.enabled = False
    elif starts_mock(os.environ):
        schema.config.phases.coverage.unexpected_methods = UNEXPECTED_METHODS
    return schema


def sequence_settings(sequences: int) -> settings:
    """Return the settings with which hypothesis runs a number of sequences."""
    return settings(
        max_examples=sequences,
        stateful_step_count=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        # Both checks complain about normal conditions here: slow servers, and states without a possible step.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
