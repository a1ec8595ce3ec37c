import pytest

from tests.sink import Sink


@pytest.fixture
def sink():
    sink = Sink()
    sink.open()
    yield sink
    sink.close()
