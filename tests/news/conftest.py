from contextlib import contextmanager
from datetime import date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from news.demo.days import LONDON

MORNING = time(10, 30)


@pytest.fixture(scope="session")
def demo_on(django_db_setup, django_db_blocker, tmp_path_factory):
    """`with demo_on(date(…)):` it is that day and the demo content is loaded; afterwards it is gone again."""

    @contextmanager
    def demo_on(day: date):
        media = tmp_path_factory.mktemp("media")
        moment = datetime.combine(day, MORNING, LONDON)
        with (
            django_db_blocker.unblock(),
            override_settings(DEMO=True, MEDIA_ROOT=str(media)),
            time_machine.travel(moment, tick=False),
            transaction.atomic(),
        ):
            call_command("load_demo")
            yield
            transaction.set_rollback(True)

    return demo_on
