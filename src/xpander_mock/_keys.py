"""Who calls: the demo credentials and the organizations they belong to."""

from collections.abc import Mapping

from xpander_mock._errors import Unauthorized

DEMO_API_KEY = "demo-key-of-the-first-organization"
OTHER_API_KEY = "demo-key-of-the-second-organization"
DEMO_BEARER_TOKEN = "eyJhbGciOiJub25lIn0.eyJvcmciOiJmaXJzdCJ9.demo"
"""Has the shape of a JWT; accepted as it stands, for the first organization. Nothing else is."""

DEMO_ORGANIZATION = "f47ac10b-58cc-4372-a567-0e02b2c3d479"
OTHER_ORGANIZATION = "b7e2c1d4-90aa-4f3e-8d61-5c0f9e7a2b18"


class Auth:
    """Finds the caller's organization by its credentials."""

    def __init__(self) -> None:
        self.api_keys = {DEMO_API_KEY: DEMO_ORGANIZATION, OTHER_API_KEY: OTHER_ORGANIZATION}
        self.bearer_tokens = {DEMO_BEARER_TOKEN: DEMO_ORGANIZATION}

    def authenticate(self, headers: Mapping[str, str]) -> str:
        """The organization that the request's headers prove.

        Raises:
            Unauthorized: there are no credentials, or wrong ones.
        """
        if "x-api-key" in headers:
            organization = self.by_api_key(headers["x-api-key"])
        else:
            organization = self.by_bearer_token(headers.get("authorization", ""))
        if organization is None:
            raise Unauthorized
        return organization

    def by_api_key(self, key: str) -> str | None:
        """The organization of an API key."""
        return self.api_keys.get(key)

    def by_bearer_token(self, header: str) -> str | None:
        """The organization of an `Authorization` header."""
        scheme, _, token = header.partition(" ")
        return self.bearer_tokens.get(token.strip()) if scheme.lower() == "bearer" else None
