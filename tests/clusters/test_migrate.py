import threading
import time

import pytest
from django.core.management import call_command
from django.db import connection

from clusters.management.commands.migrate import MIGRATING


@pytest.mark.django_db(transaction=True)
def test_of_two_deploys_at_once_one_waits_for_the_other():
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MIGRATING])
    done = threading.Event()

    def deploy():
        call_command("migrate", verbosity=0)
        done.set()
        connection.close()

    second = threading.Thread(target=deploy)
    second.start()
    time.sleep(1)
    assert not done.is_set()
    other.rollback()
    other.close()
    assert done.wait(30)
    second.join()
