"""A world: the organizations, keys and agents of a mock, and what it starts with, as a YAML or JSON file."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from xpander_mock.demo import (
    AGENTS,
    DEMO_API_KEY,
    DEMO_BEARER_TOKEN,
    DEMO_ORGANIZATION,
    OTHER_API_KEY,
    OTHER_ORGANIZATION,
)


class WorldError(Exception):
    """The file or value does not describe a world."""


class Agent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An agent that can be invoked."""

    id: str
    name: str


class Organization(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An organization, the credentials that prove it, and its agents."""

    id: str
    api_keys: list[str] = msgspec.field(default_factory=list)
    bearer_tokens: list[str] = msgspec.field(default_factory=list)
    agents: list[Agent] = msgspec.field(default_factory=list)

    def __repr__(self) -> str:
        return f"Organization(id={self.id!r}, agents={self.agents!r})"  # credentials are not shown


DEMO_ORGANIZATIONS = (
    Organization(
        id=DEMO_ORGANIZATION,
        api_keys=[DEMO_API_KEY],
        bearer_tokens=[DEMO_BEARER_TOKEN],
        agents=[Agent(id=agent, name=name) for agent, name in AGENTS[DEMO_ORGANIZATION].items()],
    ),
    Organization(
        id=OTHER_ORGANIZATION,
        api_keys=[OTHER_API_KEY],
        agents=[Agent(id=agent, name=name) for agent, name in AGENTS[OTHER_ORGANIZATION].items()],
    ),
)


class World(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What a mock starts with.

    Args:
        organizations: Its organizations; without any, the two demo organizations and their sample tasks.
        clock: The change of the clock, as the control takes it: `freeze`, `advance`.
        rate_limit: The rate limit, such as `100/m`.
        tasks: Tasks by their fields, as `MockClient.add_task` takes them.
        scripts: Scripts, as `MockClient.script` takes them.
        faults: Faults, as `MockClient.fault` takes them, with their `kind`.
    """

    organizations: list[Organization] = msgspec.field(default_factory=list)
    clock: dict[str, Any] = msgspec.field(default_factory=dict)
    rate_limit: str | None = None
    tasks: list[dict[str, Any]] = msgspec.field(default_factory=list)
    scripts: list[dict[str, Any]] = msgspec.field(default_factory=list)
    faults: list[dict[str, Any]] = msgspec.field(default_factory=list)

    @property
    def all_organizations(self) -> Sequence[Organization]:
        """The organizations, the demo ones when there are no others."""
        return self.organizations or DEMO_ORGANIZATIONS


def make_world(value: Any) -> World:
    """Return the world that a decoded JSON or YAML value describes.

    Raises:
        WorldError: It describes none; the message names the place.
    """
    try:
        world = msgspec.convert({} if value is None else msgspec.to_builtins(value), World)
    except (msgspec.ValidationError, TypeError) as error:
        raise WorldError(f"expected a world: {error}") from error
    found = world.organizations
    for kind, names in (
        ("organization", [organization.id for organization in found]),
        ("credential", [key for organization in found for key in organization.api_keys + organization.bearer_tokens]),
        ("agent", [agent.id for organization in found for agent in organization.agents]),
    ):
        if any(not name or count > 1 for name, count in Counter(names).items()):
            raise WorldError(f"expected every {kind} to have a name, and no two of them the same")
    return world


def read_world(path: str) -> World:
    """Read a world from a YAML or JSON file.

    Raises:
        WorldError: The file cannot be read, or describes no world; the message is one line.
    """
    try:
        with open(path, "rb") as file:
            return make_world(yaml.safe_load(file))
    except OSError as error:
        raise WorldError(f"{path}: {error.strerror or error}") from error
    except yaml.YAMLError as error:
        raise WorldError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    except WorldError as error:
        raise WorldError(f"{path}: {error}") from error
