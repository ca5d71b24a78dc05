"""What the generated requests need: one judge for each module."""

from collections.abc import Iterator

import pytest
import schemathesis.transport.requests

from contract_tests.recorder import Recorder
from contract_tests.schema._aim import Aim
from contract_tests.schema._judge import Judge
from contract_tests.schema._settings import amount
from contract_tests.target import Target
from contract_tests.transport import recording_session


@pytest.fixture(scope="module")
def judge(target: Target, recorder: Recorder) -> Iterator[Judge]:
    """Aims, sends and judges requests."""
    aim = Aim(target, recorder, amount())
    with pytest.MonkeyPatch.context() as patch:
        # Some checks open a session of their own for the requests that they repeat without credentials.
        patch.setattr(schemathesis.transport.requests, "SameHostRedirectsSession", lambda: recording_session(recorder))
        judge = Judge(target, recorder, aim, amount())
        yield judge
        judge.close()
        aim.close()
