import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.accounts import SignupForm
from members.models import OutgoingMail, User
from tests import factories

pytestmark = pytest.mark.django_db


def sign_up(client=None, **changes):
    fields = {
        "name": "Ellen Thwaite",
        "email": "ellen@firm.example",
        "password1": factories.PASSWORD,
        **changes,
    }
    return (client or Client()).post(reverse("account_signup"), fields)


def the_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


def test_signing_up_sends_a_code_through_the_outbox():
    sign_up()
    mail = the_mail()
    assert (mail.to, mail.kind, mail.subject) == (
        "ellen@firm.example",
        "account",
        "Your code to finish signing up",
    )
    assert (mail.cluster, mail.unsubscribe_url, mail.to_many) == (None, "", False)
    assert re.search(r"^[A-Z0-9-]{6,}$", mail.text, re.MULTILINE)
    assert not django_mail.outbox


def test_the_code_of_the_mail_finishes_signing_up():
    client = Client()
    sign_up(client)
    code = re.search(r"^[A-Z0-9-]{6,}$", the_mail().text, re.MULTILINE)[0]
    assert code in the_mail().html
    response = client.post(reverse("account_email_verification_sent"), {"code": code})
    assert response.status_code == 302
    assert EmailAddress.objects.get(email="ellen@firm.example").verified
    assert client.get(reverse("members:me"), follow=True).status_code == 200


def test_the_name_is_kept_and_not_mailed_to_an_address_nobody_has_confirmed():
    sign_up(name="Win a car at cars.example")
    assert User.objects.get().name == "Win a car at cars.example"
    assert "cars.example" not in the_mail().text + the_mail().html + the_mail().subject


@pytest.mark.parametrize("name", ["Šárka Ó Briain-Ngũgĩ", "ליאת כהן", "李小龍", "Zoë 🧑‍🚀"])
def test_any_script_is_a_name(name):
    sign_up(name=f"  {name} ")
    assert User.objects.get().name == name


@pytest.mark.parametrize(
    "name", ["Ann\r\nBcc: x", "Ann\tB", "Ann\u2028B", "Ann\u202egpj.exe", "Ann\x1b[2J", "a" * 101, " "]
)
def test_what_disturbs_the_lines_around_it_is_no_name(name):
    response = sign_up(name=name)
    assert response.status_code == 200
    assert response.context["form"].errors["name"]
    assert not User.objects.exists()


def test_the_form_can_be_filled_by_the_browser():
    form = SignupForm()
    assert list(form.fields)[:3] == ["name", "email", "password1"]
    hints = {
        name: form.fields[name].widget.attrs.get("autocomplete") for name in ("name", "email", "password1")
    }
    assert hints == {"name": "name", "email": "email", "password1": "new-password"}


def test_signing_up_twice_shows_the_stranger_nothing_and_tells_the_person():
    first = sign_up()
    cache.clear()  # a minute later
    unconfirmed = sign_up(email="Ellen@firm.example")
    EmailAddress.objects.update(verified=True)
    cache.clear()
    confirmed = sign_up()
    assert {answer.get("Location") for answer in (first, unconfirmed, confirmed)} == {first["Location"]}
    assert User.objects.count() == 1
    assert OutgoingMail.objects.order_by("-pk")[0].subject == "You have an account already"


def test_a_code_to_sign_in():
    user = factories.UserFactory(email="ellen@firm.example")
    Client().post(reverse("account_request_login_code"), {"email": user.email})
    assert the_mail().subject == "Your code to sign in"
    assert re.search(r"^[A-Z0-9-]{6,}$", the_mail().text, re.MULTILINE)


def test_a_stranger_s_address_gets_a_mail_and_the_page_tells_nothing():
    known = factories.UserFactory(email="ellen@firm.example")
    answers = {
        email: Client().post(reverse("account_request_login_code"), {"email": email})["Location"]
        for email in (known.email, "stranger@firm.example")
    }
    assert len(set(answers.values())) == 1
    mail = OutgoingMail.objects.get(to="stranger@firm.example")
    assert mail.subject == "There is no account with this address"
    assert "http://testserver/accounts/signup/" in mail.text


def test_a_link_for_a_new_password():
    user = factories.UserFactory(email="ellen@firm.example")
    Client().post(reverse("account_reset_password"), {"email": user.email})
    link = re.search(r"^http\S+$", the_mail().text, re.MULTILINE)[0]
    assert Client().get(link, follow=True).status_code == 200


def test_a_changed_password_is_told(member, as_member):
    changed = as_member.post(
        reverse("account_change_password"),
        {
            "oldpassword": factories.PASSWORD,
            "password1": "quite-another-phrase",
            "password2": "quite-another-phrase",
        },
    )
    assert changed.status_code == 302
    assert the_mail().to == member.email
    assert the_mail().subject == "Your password has changed"
    assert "127.0.0.1" in the_mail().text


def test_on_an_association_s_own_host_the_mail_is_the_association_s(association):
    factories.HostnameFactory(association=association, name="lcict.localhost", in_links=True)
    sign_up(Client(HTTP_HOST="lcict.localhost"))
    mail = the_mail()
    assert (mail.from_name, mail.reply_to) == (association.name, association.contact_email)
