import pytest

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
