"""What the tests of the deeds share."""

import pytest

from tests.fakes.twilio_server import FakeTwilio


@pytest.fixture
def twilio():
    with FakeTwilio() as provider:
        yield provider
