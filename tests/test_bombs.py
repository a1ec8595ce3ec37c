"""Small files that unpack to much, or lead round in circles: refused by a reader that may not take long, while the
process that serves pages hardly grows. `bench/bombs.py` prints the figures.
"""

import resource

import pytest
from django.core.files.base import ContentFile

from bench.bombs import DOCUMENTS, PICTURES, memory, start_anew
from clusters.errors import Refused
from clusters.images import Kind, made_anew
from meetings.slides import documents

SECONDS = 5
MEGABYTES = 50
LOGO = Kind("logo", {"small": 100, "large": 400}, smallest_side=64)


def computed() -> float:
    """Seconds taken by all readers so far: not by the clock, for the machine may have other work."""
    readers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return readers.ru_utime + readers.ru_stime


@pytest.mark.parametrize("name", [*PICTURES, *DOCUMENTS])
def test_a_bomb_is_refused_soon_and_cheaply(name):
    content = ContentFile({**PICTURES, **DOCUMENTS}[name](), name="")
    seconds, kilobytes = computed(), start_anew()
    with pytest.raises(Refused):
        made_anew(content, LOGO) if name in PICTURES else documents.check(content)
    assert computed() - seconds < SECONDS
    assert memory("VmHWM") - kilobytes < MEGABYTES * 1024
