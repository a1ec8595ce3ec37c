import pytest

from members.exchange import introductions
from tests import factories


@pytest.fixture
def other(lancaster):
    """Another member firm of Lancaster & Morecambe."""
    return factories.MembershipFactory(cluster=lancaster, company__name="Halfpenny Hosting").company


@pytest.fixture
def tom(other):
    """The lead of `other`."""
    return factories.RepresentativeFactory(
        company=other, user__name="Tom Hesketh", user__email="tom@halfpenny.example"
    ).user


@pytest.fixture
def requested(firm, member, other, tom, coordinator):
    return introductions.ask(firm, other, by=member, reason="You host, we fill the discs.")


@pytest.fixture
def forwarded(requested, coordinator):
    return introductions.forward(requested, by=coordinator, note="Two nice firms.")


@pytest.fixture
def accepted(forwarded, tom):
    return introductions.accept(forwarded, by=tom)
