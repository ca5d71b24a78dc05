"""The errors that this client raises in addition to those of httpx.

ApiError
├── InvalidRequest        an argument that cannot be sent
├── InvalidData           plain objects that do not fit a model
└── ResponseError         a response that is a documented error, or is not as documented
    ├── ErrorResponse     a documented error
    ├── UnexpectedStatus  an undocumented status
    ├── UndecodableBody   a body in another format than documented, such as HTML in place of JSON
    └── InvalidBody       a JSON body that does not fit the model
"""

SHOWN_BYTES = 200
"""Bytes of a body that a message shows."""


class ApiError(Exception):
    """Base class of this client's errors. They pickle, and hold no credentials."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class InvalidRequest(ApiError, ValueError):
    """An argument cannot be sent."""


class InvalidData(ApiError, ValueError):
    """Plain objects do not fit a model. `path` is a JSON path, such as `$.items[0].id`."""

    def __init__(self, model: str, path: str, reason: str) -> None:
        super().__init__(model, path, reason)
        self.model = model
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} at `{self.path}` of {self.model}"


class ResponseError(ApiError):
    """A response is a documented error, or is not as documented."""

    def __init__(self, operation: str, status_code: int, content: bytes, *details: object) -> None:
        super().__init__(operation, status_code, content, *details)
        self.operation = operation
        self.status_code = status_code
        self.content = content

    def _describe(self, problem: str) -> str:
        return f"{self.operation} answered {self.status_code}: {problem}"

    def _shown(self) -> str:
        return repr(self.content[:SHOWN_BYTES]) + ("…" if len(self.content) > SHOWN_BYTES else "")


class UnexpectedStatus(ResponseError):
    """The status is not documented. `location` is where a redirect leads that was not followed."""

    def __init__(self, operation: str, status_code: int, content: bytes, location: str | None = None) -> None:
        super().__init__(operation, status_code, content, location)
        self.location = location

    def __str__(self) -> str:
        if self.location is not None:
            return self._describe(f"a redirect to {self.location!r}, which is not followed")
        return self._describe(f"the status is not documented; the body is {self._shown()}")


class UndecodableBody(ResponseError):
    """The body is not in the documented format, such as HTML in place of JSON."""

    def __init__(self, operation: str, status_code: int, content: bytes, reason: str) -> None:
        super().__init__(operation, status_code, content, reason)
        self.reason = reason

    def __str__(self) -> str:
        return self._describe(f"{self.reason}; the body is {self._shown()}")


class InvalidBody(ResponseError):
    """The body is JSON but does not fit the model. `path` is a JSON path, such as `$.items[0].id`."""

    def __init__(self, operation: str, status_code: int, content: bytes, model: str, path: str, reason: str) -> None:
        super().__init__(operation, status_code, content, model, path, reason)
        self.model = model
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return self._describe(f"{self.reason} at `{self.path}` of {self.model}")


class ErrorResponse(ResponseError):
    """The response is a documented error; `parsed` is its body."""

    def __init__(self, operation: str, status_code: int, content: bytes, parsed: object) -> None:
        super().__init__(operation, status_code, content, parsed)
        self.parsed = parsed

    def __str__(self) -> str:
        return self._describe(f"a documented error, {self.parsed!r}")
