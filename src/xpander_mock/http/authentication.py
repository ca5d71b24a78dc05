"""Finds out who calls, by API key or bearer token."""

from collections.abc import Mapping, Sequence

from xpander_mock.rules.errors import Unauthorized
from xpander_mock.world import DEMO_ORGANIZATIONS, Organization


class Authentication:
    """Finds the organization that a request's credentials belong to.

    Args:
        organizations: The organizations and their credentials.
    """

    def __init__(self, organizations: Sequence[Organization] = DEMO_ORGANIZATIONS) -> None:
        self.set_organizations(organizations)

    def set_organizations(self, organizations: Sequence[Organization]) -> None:
        """Replace the organizations and their credentials."""
        self.api_keys = {key: known.id for known in organizations for key in known.api_keys}
        self.bearer_tokens = {token: known.id for known in organizations for token in known.bearer_tokens}

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
