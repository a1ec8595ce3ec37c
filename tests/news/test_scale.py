"""A country of clusters: it can be made, and its pages stay small."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clusters.models import Cluster
from meetings.models import AgendaItem, Meeting, Presentation, Registration
from members.models import Company, Membership
from tests.pages import text_of

pytestmark = pytest.mark.django_db
FEWER_BYTES_THAN = 90_000
MOST_QUERIES = {  # inside a test nothing is kept
    "/": 9,
    "/clusters/": 4,
    "/clusters/?q=LA1": 5,
    "/clusters/?page=2": 4,
    "/meetings/": 6,
    "/faq/": 6,
    "/supporters/": 6,
    "/news/": 6,
    "/sitemap.xml": 8,
    "/sitemap-clusters.xml": 3,
}


def load(firms: int) -> None:
    call_command("load_scale", firms=firms, force=True, verbosity=0)


def test_it_makes_what_it_promises_and_again_beside_it():
    load(100)
    assert (Company.objects.count(), Cluster.objects.count()) == (100, 4)
    assert Meeting.objects.count() == 200
    assert (
        Presentation.objects.count()
        == AgendaItem.objects.filter(presentation__isnull=False).count()
        == 4 * 51
    )
    assert Presentation.objects.keep_names() == 0
    answers = Registration.objects.count()
    assert answers == pytest.approx(40 * 100, rel=0.3)
    assert Membership.objects.active().count() == 120
    for model in (Meeting, Company, Cluster):
        for row in model.objects.all()[:20]:
            row.full_clean(exclude=["slot"])
    load(25)
    assert Company.objects.count() == 125


def test_it_stays_out_of_a_site_that_is_not_a_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="not a demo"):
        call_command("load_scale", firms=25)


def test_pages_stay_small_in_bytes_and_queries(client):
    load(61 * 25)  # more clusters than a page shows
    for path, queries in MOST_QUERIES.items():
        with CaptureQueriesContext(connection) as asked:
            page = client.get(path)
        assert page.status_code == 200, path
        assert len(asked) <= queries, path
        assert len(page.content) < FEWER_BYTES_THAN, path
    words = text_of(client.get("/"))
    assert "61 clusters in all. On the map are the largest." in words
    assert ": 61 clusters, 1,525 firms" in words
    listed = client.get("/clusters/")
    assert "All 61 clusters, north to south" in text_of(listed)
    assert listed.content.decode().count("<h3><a href=") == 24
    assert client.get("/clusters/?page=3").content.decode().count("<h3><a href=") == 61 - 2 * 24
    assert "More than 500 presentations, the newest first" in text_of(
        client.get("/presentations/?q=plan+or+cost+or+year")
    )
    ends = "This list ends here, after 2,000."
    assert ends not in text_of(client.get("/meetings/past/"))
    assert ends in text_of(client.get("/meetings/past/?page=50"))
