import pytest
from factory.django import DjangoModelFactory

from tests import factories

FACTORIES = [f for f in vars(factories).values() if isinstance(f, type) and issubclass(f, DjangoModelFactory)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "factory", [f for f in FACTORIES if f is not DjangoModelFactory], ids=lambda f: f.__name__
)
def test_every_factory_makes_a_row_that_its_model_accepts(factory):
    row = factory()
    row.refresh_from_db()
    row.clean_fields()
    row.validate_constraints()
