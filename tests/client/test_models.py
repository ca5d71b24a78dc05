"""What the models make of JSON, and of being copied, compared and written again."""

from __future__ import annotations

import copy
import datetime
import json
import pickle
from typing import Any, get_args

import attrs
import pytest
from xpander_api_client import errors, models
from xpander_api_client.conversion import Model, ResponseModel, decode
from xpander_api_client.models import (
    AgentExecutionStatus,
    FullThread,
    InvokeRequest,
    Message,
    OutputFormat,
    Task,
    TaskInput,
    TasksListItem,
    TasksPage,
    User,
)
from xpander_api_client.types import UNSET, Unset

from .contract import SCHEMAS

STRINGS = {"string": "text", "date-time": "2026-02-07T02:13:28+00:00"}
OBJECTS = [name for name, schema in SCHEMAS.items() if "properties" in schema]
ENUMS = [name for name, schema in SCHEMAS.items() if "enum" in schema]
OPTIONAL = [
    pytest.param(name, field, id=f"{name}-{field}")
    for name in OBJECTS
    for field in SCHEMAS[name]["properties"]
    if field not in SCHEMAS[name].get("required", [])
]
IN_REQUESTS = {"InvokeRequest", "TaskInput", "User"}
ONLY_IN_RESPONSES = set(OBJECTS) - IN_REQUESTS
REQUIRED = [
    pytest.param(name, field, id=f"{name}-{field}") for name in OBJECTS for field in SCHEMAS[name].get("required", [])
]
TYPED = [
    pytest.param(name, field, id=f"{name}-{field}")
    for name in OBJECTS
    for field, schema in SCHEMAS[name]["properties"].items()
    if "type" in schema or "$ref" in schema or "anyOf" in schema
]


def sample(schema: dict[str, Any], *, whole: bool, defaults: bool = False) -> Any:
    """A value that fits a schema: the whole of it, or only what is required; the rest by its defaults if asked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return sample(SCHEMAS[name], whole=whole, defaults=defaults and name not in IN_REQUESTS)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], whole=whole, defaults=defaults)
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        parts = schema.get("properties", {})
        names = parts if whole else schema.get("required", [])
        filled = {name: part["default"] for name, part in parts.items() if defaults and "default" in part}
        return filled | {name: sample(parts[name], whole=whole, defaults=defaults) for name in names}
    if kind == "array":
        return [sample(schema["items"], whole=whole, defaults=defaults)]
    return {"integer": 7, "boolean": True, "string": STRINGS[schema.get("format", "string")]}[kind]


def from_sample(name: str, changes: dict[str, Any] | None = None, *, whole: bool = True) -> Any:
    return getattr(models, name).from_dict(sample(SCHEMAS[name], whole=whole) | (changes or {}))


def allows_null(schema: dict[str, Any]) -> bool:
    return "null" in schema.get("type", []) or any(allows_null(part) for part in schema.get("anyOf", []))


def test_every_component_is_a_model_an_enum_or_a_plain_dict() -> None:
    """The contract's components and the client's types have the same names, and no others."""
    assert set(models.__all__) == set(SCHEMAS)
    assert models.JsonObject == dict[str, Any]


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "required"])
def test_json_and_model_round_trip(name: str, whole: bool) -> None:
    """A model of requests gives the same JSON again; a model of responses adds documented defaults."""
    content = sample(SCHEMAS[name], whole=whole)
    made = decode(json.dumps(content).encode(), getattr(models, name))
    assert isinstance(made, Model)
    assert made == getattr(models, name).from_dict(content)
    assert made.to_dict() == sample(SCHEMAS[name], whole=whole, defaults=name not in IN_REQUESTS)
    assert getattr(models, name).from_dict(made.to_dict()) == made


@pytest.mark.parametrize("name", OBJECTS)
def test_models_that_requests_use_tell_absent_from_null(name: str) -> None:
    """Models that only responses use have another base class, whose fields are never UNSET."""
    model: Any = getattr(models, name)
    assert issubclass(model, ResponseModel) == (name in ONLY_IN_RESPONSES)
    unset = [field for field in model.__annotations__ if Unset in get_args(model.__annotations__[field])]
    assert not (name in ONLY_IN_RESPONSES and unset)


@pytest.mark.parametrize(("name", "field"), REQUIRED)
def test_a_missing_required_field_names_the_path_and_the_model(name: str, field: str) -> None:
    """Leaving out any required field of any model says which field and which model."""
    content = sample(SCHEMAS[name], whole=True)
    del content[field]
    with pytest.raises(errors.InvalidData) as caught:
        getattr(models, name).from_dict(content)
    assert str(caught.value) == f"Object missing required field `{field}` at `$` of {name}"


@pytest.mark.parametrize(("name", "field"), TYPED)
def test_a_wrong_type_names_the_path_and_the_model(name: str, field: str) -> None:
    """A value of a wrong type in any field of any model is refused, with the path to it."""
    with pytest.raises(errors.InvalidData) as caught:
        from_sample(name, {field: 1.5})
    assert (caught.value.model, caught.value.path) == (name, f"$.{field}")
    assert "got `float`" in caught.value.reason


def test_the_path_leads_into_lists_and_maps() -> None:
    """The path names each step, also through lists and through fields that the contract does not name."""
    item = sample(SCHEMAS["TasksListItem"], whole=True)
    message = sample(SCHEMAS["Message"], whole=True)
    with pytest.raises(errors.InvalidData, match=r"Expected `str`, got `int` at `\$.items\[1\].id` of TasksPage"):
        from_sample("TasksPage", {"items": [item, {**item, "id": 3}]})
    with pytest.raises(errors.InvalidData, match=r"Expected `str`, got `int` at `\$.sub-1\[0\].id` of FullThread"):
        FullThread.from_dict({"root": [message], "sub-1": [{**message, "id": 3}]})
    with pytest.raises(errors.InvalidData, match=r"Expected `object`, got `array` at `\$.root\[0\]` of FullThread"):
        FullThread.from_dict({"root": [[]]})


@pytest.mark.parametrize(("name", "field"), OPTIONAL)
def test_an_absent_field_is_its_default(name: str, field: str) -> None:
    """An absent field is UNSET in a model of requests; in one of responses it has its default, else it is None."""
    schema = SCHEMAS[name]["properties"][field]
    expected = UNSET if name in IN_REQUESTS else schema.get("default")
    assert getattr(from_sample(name, whole=False), field) == expected


@pytest.mark.parametrize(("name", "field"), OPTIONAL)
def test_null_is_taken_where_the_contract_allows_it(name: str, field: str) -> None:
    """Null in a response is the same as an absent field; in a model of requests it stays null where it is allowed."""
    if name in ONLY_IN_RESPONSES:
        absent = from_sample(name, whole=False)
        assert from_sample(name, {field: None}, whole=False) == absent
        assert absent.to_dict().get(field) is not None or field not in absent.to_dict()
    elif allows_null(SCHEMAS[name]["properties"][field]):
        made = from_sample(name, {field: None})
        assert getattr(made, field) is None
        assert made.to_dict()[field] is None
    else:
        with pytest.raises(errors.InvalidData, match="got `null`"):
            from_sample(name, {field: None})


@pytest.mark.parametrize("name", OBJECTS)
def test_an_undeclared_field_is_kept(name: str) -> None:
    """A field that the contract does not name is in `additional_properties`, and is written again."""
    more: dict[str, Any] = {"invented_later": [], "additional_properties": []}
    made = from_sample(name, more)
    assert made == decode(json.dumps(made.to_dict()).encode(), type(made))
    assert made.additional_properties == more
    assert made.to_dict() == from_sample(name).to_dict() | more


@pytest.mark.parametrize("name", ENUMS)
def test_an_unknown_value_of_an_enum_is_kept_as_sent(name: str) -> None:
    """A value that the contract does not list equals its string, is text, and survives copy, pickle and hash."""
    enum: Any = getattr(models, name)
    assert [member.value for member in enum] == SCHEMAS[name]["enum"]
    new: str = "-".join(["invented", "later"])
    value = enum(new)
    assert value == new
    assert isinstance(value, enum)
    assert (str(value), f"{value}", value.value, json.dumps(value)) == (new, new, new, json.dumps(new))
    assert {value: 1}[new] == 1
    assert not value.known
    assert all(member.known for member in enum)
    for twin in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value)), enum(new)):
        assert twin == value
        assert type(twin) is enum
    with pytest.raises(ValueError, match="5"):
        enum(5)


def test_an_unknown_status_passes_through_a_model() -> None:
    """A status invented later arrives, compares with its string, and is sent back unchanged."""
    item = from_sample("TasksListItem", {"status": "queued"})
    assert item.status == "queued"
    assert isinstance(item.status, AgentExecutionStatus)
    assert item.to_dict()["status"] == "queued"


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "required"])
def test_models_copy_compare_and_pickle(name: str, whole: bool) -> None:
    """Copies of a model are equal to it and have its JSON; a changed one is not equal."""
    made = from_sample(name, whole=whole)
    for twin in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), attrs.evolve(made)):
        assert twin == made
        assert twin is not made
        assert twin.to_dict() == made.to_dict()
        assert json.dumps(twin.to_dict()) == json.dumps(made.to_dict())
    field = attrs.fields(type(made))[0].name
    assert attrs.evolve(made, **{field: "another"}) != made
    assert made != name


@pytest.mark.parametrize("name", OBJECTS)
def test_declarations_are_documented_and_typed(name: str) -> None:
    """A model carries the contract's description, takes its fields by keyword only, and its types are resolved."""
    model: Any = getattr(models, name)
    assert " ".join(model.__doc__.split()) == " ".join(SCHEMAS[name]["description"].split())
    assert all(field.kw_only for field in attrs.fields(model))
    assert not [annotation for annotation in model.__annotations__.values() if isinstance(annotation, str)]


def test_no_unset_in_what_is_sent() -> None:
    """What was never set is in no dict, however deep; what is set to nothing is."""
    body = InvokeRequest(input=TaskInput(text=None, user=User(email="ada@example.com")), title="", mcp_servers=[])
    assert body.to_dict() == {
        "input": {"text": None, "files": [], "user": {"email": "ada@example.com"}},
        "title": "",
        "mcp_servers": [],
    }


def test_a_model_holds_plain_values() -> None:
    """Free objects are plain dicts, times are datetimes with an offset, enums are members that are strings too."""
    task: Task = from_sample(
        "Task", {"output_schema": {"type": ["object"]}, "mcp_servers": [{"url": "x"}], "status": "failed"}
    )
    assert task.output_schema == {"type": ["object"]}
    assert task.mcp_servers == [{"url": "x"}]
    assert task.created_at == datetime.datetime(2026, 2, 7, 2, 13, 28, tzinfo=datetime.UTC)
    assert task.status is AgentExecutionStatus.FAILED
    assert task.output_format is OutputFormat.TEXT


def test_messages_keep_what_the_contract_does_not_name() -> None:
    """More fields may appear in a message, and a full thread has a key for each sub-task."""
    message = {"id": "m", "role": "user", "content": None, "created_at": 1, "name": "Ada", "parts": [{"n": 1}]}
    thread = FullThread.from_dict({"root": [message], "sub-1": [message], "sub-2": []})
    assert thread.root == [Message.from_dict(message)]
    assert thread.root[0].additional_properties == {"name": "Ada", "parts": [{"n": 1}]}
    assert list(thread.additional_properties) == ["sub-1", "sub-2"]
    assert thread.to_dict() == {"root": [message], "sub-1": [message], "sub-2": []}


def test_a_naive_time_of_a_server_is_read_but_never_sent() -> None:
    """A time that comes without an offset is shown as it came; sending such a one is an error that says so."""
    item: TasksListItem = from_sample("TasksListItem", {"created_at": "2026-02-07T02:13:28"})
    assert item.created_at == datetime.datetime(2026, 2, 7, 2, 13, 28)
    assert item.to_dict()["created_at"] == "2026-02-07T02:13:28"


def test_bytes_decode_straight_into_models() -> None:
    """A page decodes from the bytes of a body, with the same result as from the parsed JSON."""
    content = sample(SCHEMAS["TasksPage"], whole=True)
    page = decode(json.dumps(content).encode(), TasksPage)
    assert page == TasksPage.from_dict(json.loads(json.dumps(content)))


@pytest.mark.parametrize("model", ["Task", "InvokeRequest"])
def test_credentials_of_users_are_not_shown(model: str) -> None:
    """What the document marks as sensitive is readable, and in no `repr`."""
    secret = "token-of-a-user"
    fields = {"user_oidc_token": secret, "user_tokens": {"a": secret}, "mcp_servers": [{"headers": {"b": secret}}]}
    required = {"id": "t", "agent_id": "a", "organization_id": "o", "created_at": "2026-02-07T02:13:27Z"}
    content = {"input": {"text": "x"}, **fields, **(required if model == "Task" else {})}
    made = getattr(models, model).from_dict(content)
    assert made.user_oidc_token == secret
    assert secret not in repr(made) + str(made) + repr([made])
    assert "user_tokens=..." in repr(made)
