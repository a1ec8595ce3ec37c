"""How much of the line a first visit takes, in bytes as they are sent, without photographs."""

import gzip
import re

import pytest
from django.conf import settings

from clusters.management.commands.build_assets import build
from meetings.models import Meeting
from news.models import Article

from .pages import grow

HTML, FIRST_VIEW = 8 * 1024, 60 * 1024
SIGNS = ["img/icons.svg", "img/mark-small.svg", "img/scene-mills.svg"]
LISTS = [
    "/", "/clusters/", "/meetings/", "/meetings/past/", "/companies/", "/news/", "/faq/", "/presentations/",
    "/supporters/",
]  # fmt: skip


def sent(content: bytes) -> int:
    return len(gzip.compress(content, 6))


@pytest.mark.django_db
def test_lists_and_details_are_light_and_their_pictures_have_a_size(client, association):
    grow(association, 3)
    cluster = association.clusters.first()
    details = [
        row.get_absolute_url()
        for row in (
            cluster,
            Meeting.objects.first(),
            Article.objects.first(),
            cluster.memberships.first().company,
        )
    ]
    for address in LISTS + details:
        content = client.get(address).content
        assert sent(content) <= HTML, address
        for image in re.findall(r"<img\b[^>]*>", content.decode()):
            assert " width=" in image and " height=" in image, (address, image)


def test_what_stands_around_the_words_leaves_room_for_them(tmp_path):
    build(settings.BASE_DIR / "static" / "css", tmp_path)
    style = sent((tmp_path / "css" / "site.css").read_bytes())
    fonts = sum(path.stat().st_size for path in (tmp_path / "fonts").iterdir() if "-more" not in path.name)
    signs = sum(sent((settings.BASE_DIR / "static" / name).read_bytes()) for name in SIGNS)
    assert fonts and style + fonts + signs <= FIRST_VIEW - HTML
