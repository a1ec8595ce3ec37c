"""Messages from anybody to the coordinator of a cluster or the officers of an association.

No address is shown: the mail goes from the site, and its answer to the sender. A copy goes to people who are signed
in alone: another's address could be typed by anybody, and a copy to it would be a mail to a stranger with words of
the sender's choice.
"""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from clusters.languages import in_site_language
from clusters.models import Association, Cluster
from members import outbox
from members.memberships import coordinators_of, officers_of
from members.models import User


@transaction.atomic
@in_site_language()
def send(
    about: Cluster | Association, *, name: str, email: str, message: str, sender: User | None = None
) -> None:
    """A mail to each who looks after it, else to its reply address; to a signed-in `sender` a copy."""
    if isinstance(about, Cluster):
        cluster, association = about, about.association
        people: list[User | str] = [*coordinators_of(about)] or [about.reply_address]
    else:
        cluster, association = None, about
        people = [*officers_of(about)] or [about.contact_email]
    letter = uuid.uuid4()
    for number, person in enumerate(people):
        outbox.queue(
            key=f"contact:{letter}:{number}",
            kind=outbox.CONTACT,
            to=person,
            subject=_("%(name)s writes to %(about)s") % {"name": name, "about": about},
            template="contact",
            context={"about": about, "name": name, "email": email, "message": message, "member": sender},
            cluster=cluster,
            association=association,
            answers_to=email,
        )
    if sender is not None:
        outbox.queue(
            key=f"contact:{letter}:copy",
            kind="contact-copy",
            to=sender,
            subject=_("Your message to %(about)s") % {"about": about},
            template="contact_copy",
            context={"about": about, "message": message},
            association=association,
        )
