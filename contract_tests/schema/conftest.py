"""Fixtures of the generated requests."""

from collections.abc import Iterator

import pytest
import schemathesis.transport.requests

from ..record.recorder import Recorder
from ..record.transport import recording_session
from ..run.target import Target
from ._response_checks import ResponseChecker
from ._settings import generation_limits
from ._targeting import Targeting


@pytest.fixture(scope="module")
def checker(target: Target, recorder: Recorder) -> Iterator[ResponseChecker]:
    """Sends generated requests and checks their answers."""
    targeting = Targeting(target, recorder, generation_limits())
    with pytest.MonkeyPatch.context() as patch:
        # Some built-in checks repeat requests in a session that they open themselves; those must be recorded too.
        patch.setattr(schemathesis.transport.requests, "SameHostRedirectsSession", lambda: recording_session(recorder))
        checker = ResponseChecker(target, recorder, targeting, generation_limits())
        yield checker
        checker.close()
        targeting.close()
