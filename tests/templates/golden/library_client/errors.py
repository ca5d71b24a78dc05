"""The errors that this client raises beside those of httpx.

ApiError
├── InvalidRequest        an argument that cannot be sent
├── InvalidData           plain objects that do not fit a model
└── ResponseError         an answer that is not as documented, or says no
    ├── UnexpectedStatus  its status is not documented
    ├── UndecodableBody   its body is not what its status promises, such as no JSON
    ├── InvalidBody       its body is JSON but does not fit the model
    └── ErrorResponse     a documented error where a stream of events was asked for
"""

SHOWN_BYTES = 200
"""How much of a body a message shows."""


class ApiError(Exception):
    """Root of this client's own errors. They pickle, and no credential is in them."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class InvalidRequest(ApiError, ValueError):
    """An argument cannot be sent."""


class InvalidData(ApiError, ValueError):
    """Plain objects do not fit a model. `path` says where, as in `$.items[0].id`."""

    def __init__(self, model: str, path: str, reason: str) -> None:
        super().__init__(model, path, reason)
        self.model = model
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.reason} at `{self.path}` of {self.model}"


class ResponseError(ApiError):
    """An answer is not as documented, or says no. It keeps the operation, the status and the body."""

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
    """The status is not documented."""

    def __str__(self) -> str:
        return self._describe(f"a status that is not documented; the body is {self._shown()}")


class UndecodableBody(ResponseError):
    """The body is not what the status promises, such as an HTML page in place of JSON."""

    def __init__(self, operation: str, status_code: int, content: bytes, reason: str) -> None:
        super().__init__(operation, status_code, content, reason)
        self.reason = reason

    def __str__(self) -> str:
        return self._describe(f"{self.reason}; the body is {self._shown()}")


class InvalidBody(ResponseError):
    """The body is JSON but does not fit the model. `path` says where, as in `$.items[0].id`."""

    def __init__(self, operation: str, status_code: int, content: bytes, model: str, path: str, reason: str) -> None:
        super().__init__(operation, status_code, content, model, path, reason)
        self.model = model
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return self._describe(f"{self.reason} at `{self.path}` of {self.model}")


class ErrorResponse(ResponseError):
    """A documented error came where a stream of events was asked for; `parsed` is its body."""

    def __init__(self, operation: str, status_code: int, content: bytes, parsed: object) -> None:
        super().__init__(operation, status_code, content, parsed)
        self.parsed = parsed

    def __str__(self) -> str:
        return self._describe(f"no events but {self.parsed!r}")
