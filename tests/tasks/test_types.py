"""The types that users see: they resolve at run time, and the options list the values that the contract lists."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest

import xpander_tasks
from xpander_tasks import AgentExecutionStatus, InvokeOptions, LLMReasoningEffort, OutputFormat, TaskFilters, ThinkMode
from xpander_tasks._core.filters import ORGANIZATION_FILTERS


def public_functions() -> Iterator[tuple[str, Any]]:
    """Yield every public class and each of its functions, properties and class methods, with its name."""
    for name in xpander_tasks.__all__:
        kind = getattr(xpander_tasks, name)
        yield name, kind
        for attribute in dir(kind):
            if attribute.startswith("_") and attribute not in ("__init__", "__enter__", "__next__", "__anext__"):
                continue
            member = inspect.getattr_static(kind, attribute)
            if isinstance(member, property):
                member = member.fget
            elif isinstance(member, (classmethod, staticmethod)):
                member = member.__func__
            if inspect.isfunction(member):
                yield f"{name}.{attribute}", member


@pytest.mark.parametrize("function", [pytest.param(f, id=name) for name, f in public_functions()])
def test_type_hints_resolve(function: Any) -> None:
    """`typing.get_type_hints` works on every public class and function, as tools that read them expect."""
    assert isinstance(typing.get_type_hints(function), dict)


def test_hints_of_the_methods_are_the_models() -> None:
    """What the hints resolve to are the public classes themselves."""
    hints = typing.get_type_hints(xpander_tasks.Tasks.wait_for)
    assert hints["return"] is xpander_tasks.Task
    assert typing.get_type_hints(xpander_tasks.Tasks.alist)["return"] == list[xpander_tasks.TasksListItem]


@pytest.mark.parametrize(
    ("option", "enum"),
    [("output_format", OutputFormat), ("think_mode", ThinkMode), ("llm_reasoning_effort", LLMReasoningEffort)],
)
def test_options_with_fixed_values_list_those_of_the_contract(option: str, enum: type[Enum]) -> None:
    """A new value in the contract must be added to the `Literal` as well."""
    choices = typing.get_args(typing.get_type_hints(InvokeOptions)[option])
    literals = [value for choice in choices for value in typing.get_args(choice)]
    assert enum in choices
    assert literals == [member.value for member in enum]


def test_the_filters_are_those_of_the_lists() -> None:
    """`TaskFilters` has a key for every filter that is accepted at run time."""
    hints = typing.get_type_hints(TaskFilters)
    assert set(hints) == set(ORGANIZATION_FILTERS)
    assert hints["status"] == AgentExecutionStatus | str
