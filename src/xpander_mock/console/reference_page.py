"""The page with the keys, the agents, and a command for each operation."""

from starlette.requests import Request
from starlette.responses import Response

from xpander_mock.console.console import Console
from xpander_mock.console.curl import example
from xpander_mock.contract import Contract, Operation


class ReferencePage:
    """The page that says how to call the mock.

    Args:
        console: What the page reads.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    async def show(self, request: Request) -> Response:
        """Show the page."""
        contract = self._console.contract
        url = str(request.base_url).rstrip("/")
        operations = sorted(contract.operations.values(), key=lambda operation: operation.method == "DELETE")
        authentication = self._console.authentication
        return self._console.page(
            "reference.html",
            url=url,
            organizations=self._console.organizations(),
            agents=self._console.agents(),
            api_keys=authentication.api_keys,
            bearer_tokens=authentication.bearer_tokens,
            operations=[
                (operation, summary(contract, operation), example(contract, operation, url)) for operation in operations
            ],
        )


def summary(contract: Contract, operation: Operation) -> str:
    """Return the one-line summary of an operation."""
    text: str = contract.document["paths"][operation.path][operation.method.lower()]["summary"]
    return text
