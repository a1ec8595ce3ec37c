"""What a coordinator reads of the mails to the members."""

from django.core import signing
from django.urls import reverse

from tests import factories


def test_no_link_that_answers_for_the_reader_is_shown_to_the_coordinator(as_coordinator, lancaster):
    token = signing.dumps([1, 2, 3], salt="turn")
    mail = factories.OutgoingMailFactory(
        cluster=lancaster, text=f"Say yes: http://127.0.0.1:8000/turns/{token}/ by Friday."
    )
    page = as_coordinator.get(reverse("admin:members_outgoingmail_change", args=[mail.pk])).content.decode()
    assert token not in page
    assert token.rpartition(":")[2] not in page
    assert "http://127.0.0.1:8000/turns/…/ by Friday." in page
