"""Finds out who calls, by API key or bearer token."""

from collections.abc import Mapping

from xpander_mock.demo import DEMO_API_KEY, DEMO_BEARER_TOKEN, DEMO_ORGANIZATION, OTHER_API_KEY, OTHER_ORGANIZATION
from xpander_mock.rules.errors import Unauthorized


class Authentication:
    """Finds the organization that a request's credentials belong to."""

    def __init__(self) -> None:
        self.api_keys = {DEMO_API_KEY: DEMO_ORGANIZATION, OTHER_API_KEY: OTHER_ORGANIZATION}
        self.bearer_tokens = {DEMO_BEARER_TOKEN: DEMO_ORGANIZATION}

    def authenticate(self, headers: Mapping[str, str]) -> str:
        """Return the organization that the request's headers prove.

        Raises:
            Unauthorized: There are no credentials, or wrong ones.
        """
        if "x-api-key" in headers:
            organization = self.by_api_key(headers["x-api-key"])
        else:
            organization = self.by_bearer_token(headers.get("authorization", ""))
        if organization is None:
            raise Unauthorized
        return organization

    def by_api_key(self, key: str) -> str | None:
        """Return the organization of an API key."""
        return self.api_keys.get(key)

    def by_bearer_token(self, header: str) -> str | None:
        """Return the organization of an `Authorization` header."""
        scheme, _, token = header.partition(" ")
        return self.bearer_tokens.get(token.strip()) if scheme.lower() == "bearer" else None
