import psycopg2
import pytest
from django.db import connection


@pytest.fixture
def other():
    """Another connection to the same database, as another machine has one."""
    settings = {
        key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"
    }
    settings.pop("context", None)
    there = psycopg2.connect(**settings)
    yield there
    there.close()
