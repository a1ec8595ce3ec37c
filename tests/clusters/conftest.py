from contextlib import closing

import psycopg2
import pytest
from django.db import connection


def connect():
    settings = {
        key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"
    }
    settings.pop("context", None)
    return psycopg2.connect(**settings)


@pytest.fixture
def other():
    """Another connection to the same database, as another machine has one."""
    with closing(connect()) as there:
        yield there


@pytest.fixture
def third():
    with closing(connect()) as there:
        yield there
