"""The mock and the contract cannot drift apart."""

import re

from starlette.routing import Route

from xpander_mock import load_contract
from xpander_mock.contract import contract_text
from xpander_mock.http.authentication import Authentication
from xpander_mock.http.rate_limit import RateLimiter
from xpander_mock.http.routes import Routes
from xpander_mock.rules.errors import ApiError
from xpander_mock.storage.filters import Filter
from xpander_mock.storage.rate_windows import RateWindows

from .caller import make_rules

CONTRACT = load_contract()


def routes() -> list[Route]:
    rules = make_rules()
    database = rules.repository.table.database
    try:
        limiter = RateLimiter(RateWindows(database), rules.clock, None)
        return Routes(CONTRACT, rules, Authentication(), limiter, max_body=1_000).routes()
    finally:
        database.close()


def test_the_mock_routes_exactly_the_documented_operations() -> None:
    """Every documented path and method has a route, and there is no other."""
    routed = {(method, route.path) for route in routes() for method in route.methods or ()}
    assert routed == {(operation.method, operation.path) for operation in CONTRACT.operations.values()}
    assert len(routed) == 10


def test_every_operation_has_its_handler_and_every_handler_its_operation() -> None:
    """A handler has the name of its operation, and its docstring the method and path."""
    handlers = {name: doc for name, doc in vars(Routes).items() if re.match(r"(GET|POST|DELETE) /", doc.__doc__ or "")}
    assert handlers.keys() == CONTRACT.operations.keys()
    for name, handler in handlers.items():
        operation = CONTRACT.operations[name]
        assert handler.__doc__.strip() == f"{operation.method} {operation.path}."


def test_every_documented_query_parameter_is_used() -> None:
    """Every documented query parameter is a field of `Filter`, and every field a documented parameter."""
    names = {
        parameter.name
        for operation in CONTRACT.operations.values()
        for parameter in operation.parameters
        if parameter.where == "query"
    }
    fields = set(Filter.__struct_fields__) - {"organization_id", "since", "until"} | {"from_date", "to_date"}
    assert names == fields | {"page", "per_page", "version"}


def test_every_refusal_has_a_documented_status() -> None:
    """Every status of a refusal is documented for some operation; 401, 422, 429 and 500 for all."""
    documented = set.union(*(set(operation.statuses) for operation in CONTRACT.operations.values()))
    # Defects bring errors of their own, which another test may have imported.
    kinds = [kind for kind in ApiError.__subclasses__() if kind.__module__ == ApiError.__module__]
    assert {str(kind.status) for kind in kinds} <= documented
    for operation in CONTRACT.operations.values():
        assert {"401", "422", "429", "500"} <= operation.statuses


def test_the_packaged_contract_is_the_repositorys() -> None:
    """The mock reads the repository's `openapi.yaml`, not a copy that can become outdated."""
    with open("openapi.yaml", "rb") as file:
        assert file.read() == contract_text()
