from allauth.account.models import EmailAddress

from members.models import User


def addresses_of(person: User) -> list[str]:
    """Those that are proven to be the person's, as they are stored and in lower case."""
    proven = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return sorted({person.email, *proven, *(address.lower() for address in proven)})
