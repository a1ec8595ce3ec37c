import os
import subprocess
import sys

import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from members import outbox
from members.models import MailChoice, OutgoingMail
from tests import factories

pytestmark = pytest.mark.django_db

AGENDAS = MailChoice.Kind.AGENDAS


class TestUnsubscribing:
    @pytest.fixture
    def url(self, member):
        return outbox.unsubscribe_path(member, AGENDAS)

    def test_looking_changes_nothing(self, url, client):
        page = client.get(url)
        assert page.status_code == 200
        assert page.content.decode().count("Stop these mails") == 1
        assert not MailChoice.objects.exists()

    def test_the_button_stops_the_mails_and_pressing_it_twice_is_fine(self, url, member):
        visitor = Client(enforce_csrf_checks=True)
        for _ in range(2):
            page = visitor.post(url)
            assert "You won't get these mails any more" in page.content.decode().replace("&#x27;", "'")
        choice = MailChoice.objects.get()
        assert (choice.user, choice.kind) == (member, AGENDAS)

    def test_a_mail_program_does_it_by_itself(self, url, member):
        answer = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
        assert MailChoice.objects.get().user == member

    @pytest.mark.parametrize("token", ["x", "1-agendas", "1-agendas:forged", "%00", "1-agendas:%F0%9F%8E%89"])
    def test_a_token_that_is_not_ours_finds_nothing(self, token, client, member):
        assert client.get(f"/mail/unsubscribe/{token}/").status_code == 404
        assert client.post(f"/mail/unsubscribe/{token}/").status_code == 404
        assert not MailChoice.objects.exists()

    def test_a_token_of_somebody_who_is_gone_or_of_an_old_kind_finds_nothing(self, client, url, member):
        old = outbox.unsubscribe_signer.sign(f"{member.pk}-gone")
        assert client.get(reverse("members:unsubscribe", args=[old])).status_code == 404
        member.representations.all().delete()
        member.delete()
        assert client.get(url).status_code == 404


class TestChoosing:
    USUAL = {kind.value: kind.usual.value for kind in MailChoice.Kind}
    url = reverse_lazy("members:my-mail")

    def test_a_person_stops_mails_and_wants_them_again(self, as_member, member):
        assert as_member.post(self.url, self.USUAL | {"agendas": "never", "news": "never"}).url == self.url
        wishes = MailChoice.objects.of(member)
        assert wishes[AGENDAS] == wishes[MailChoice.Kind.NEWS] == MailChoice.How.NEVER
        assert wishes[MailChoice.Kind.LETTERS] == MailChoice.How.AT_ONCE
        as_member.post(self.url, self.USUAL)
        assert not MailChoice.objects.exists()

    def test_it_is_the_own_choice_alone(self, as_member, coordinator):
        MailChoice.objects.refuse(coordinator, AGENDAS)
        as_member.post(self.url, self.USUAL)
        assert MailChoice.objects.get().user == coordinator

    @pytest.mark.parametrize("wrong", ["weekly", "spam", "", "\0"])
    def test_a_way_that_a_kind_does_not_come_in_is_said_beside_it(self, as_member, wrong):
        page = as_member.post(self.url, self.USUAL | {"reminders": wrong, "news": "never"})
        assert "Choose one of these." in page.text and page.text.count("checked") == len(MailChoice.Kind) - 1
        assert not MailChoice.objects.exists()

    def test_the_page_says_what_always_comes_and_needs_a_sign_in(self, as_member, client):
        assert client.get(self.url).status_code == 302
        assert "What always comes" in as_member.get(self.url).text


class TestDemoMailbox:
    @pytest.fixture
    def mail(self):
        return factories.OutgoingMailFactory(
            subject="Your code",
            text="See http://127.0.0.1:8000/join/ <b>",
            html="<style>p{}</style><p>Hi",
            calendar="BEGIN:X",
        )

    def test_mails_are_listed_newest_first_and_found_by_address(self, mail, client):
        factories.OutgoingMailFactory(
            subject="Older", to="b@x.example", created_at=timezone.now().replace(year=2020)
        )
        page = client.get(reverse("members:demo-mails")).content.decode()
        assert page.index("Your code") < page.index("Older")
        found = client.get(reverse("members:demo-mails"), {"to": "B@x"}).content.decode()
        assert "Older" in found
        assert "Your code" not in found

    def test_an_empty_mailbox_says_so(self, client):
        assert "No mails yet" in client.get(reverse("members:demo-mails")).content.decode()

    @pytest.mark.parametrize("number", [1, 3, 103])
    def test_the_list_takes_as_many_queries_for_one_as_for_all(
        self, number, client, django_assert_num_queries
    ):
        factories.OutgoingMailFactory.create_batch(number)
        with django_assert_num_queries(3):  # the host's association, the number, a page
            assert client.get(reverse("members:demo-mails")).status_code == 200

    def test_links_in_a_mail_can_be_tried_and_nothing_else_gets_through(self, mail, client):
        page = client.get(reverse("members:demo-mail", args=[mail.pk])).content.decode()
        assert 'href="http://127.0.0.1:8000/join/"' in page
        assert "&lt;b&gt;" in page

    def test_the_mail_as_it_looks_is_alone_in_a_sandbox(self, mail, client):
        response = client.get(reverse("members:demo-mail-html", args=[mail.pk]))
        assert response.content.decode() == mail.html
        policy = response["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox", "style-src 'unsafe-inline'"} <= set(policy)
        assert "script-src" not in response["Content-Security-Policy"]

    def test_the_calendar_is_a_download(self, mail, client):
        response = client.get(reverse("members:demo-mail-calendar", args=[mail.pk]))
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment")
        bare = factories.OutgoingMailFactory()
        assert client.get(reverse("members:demo-mail-calendar", args=[bare.pk])).status_code == 404

    def test_outside_the_demo_there_is_none_of_it(self, mail, client, settings):
        settings.DEMO = False
        assert client.get(reverse("members:demo-mails")).status_code == 404
        for name in ("demo-mail", "demo-mail-html", "demo-mail-calendar"):
            assert client.get(reverse(f"members:{name}", args=[mail.pk])).status_code == 404

    def test_in_production_its_addresses_do_not_exist(self):
        program = "import django; django.setup(); from members import urls; print(urls.urlpatterns)"
        production = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": real_settings.DATABASE_URL,
            "SECRET_KEY": "only-for-this-test",
        }
        names = subprocess.run(
            [sys.executable, "-c", program],
            env=production,
            cwd=real_settings.BASE_DIR,
            capture_output=True,
            check=True,
        ).stdout.decode()
        assert "unsubscribe" in names
        assert "demo" not in names


class TestDesk:
    url = "/admin/members/outgoingmail/"

    @pytest.fixture
    def mails(self, lancaster, furness):
        make = factories.OutgoingMailFactory
        return {
            "ours": make(subject="Ours", cluster=lancaster, state="failed", attempts=3),
            "theirs": make(subject="Theirs", cluster=furness, state="failed"),
            "code": make(subject="Code", kind="account", text="ABC-123", state="failed"),
        }

    def again(self, client, *mails):
        data = {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}
        return client.post(self.url, data, follow=True).content.decode()

    def test_a_coordinator_sees_the_mails_of_the_own_cluster_alone(self, mails, as_coordinator):
        page = as_coordinator.get(self.url).content.decode()
        assert "Ours" in page
        assert "Theirs" not in page
        assert "Code" not in page

    def test_mails_can_be_read_and_not_changed(self, mails, as_coordinator):
        url = f"{self.url}{mails['ours'].pk}/change/"
        assert "Some text." in as_coordinator.get(url).content.decode()
        assert as_coordinator.post(url, {"subject": "Forged"}).status_code == 403
        assert as_coordinator.get(f"{self.url}add/").status_code == 403

    def test_nobody_reads_the_codes_of_others(self, mails, as_operator):
        page = as_operator.get(f"{self.url}{mails['code'].pk}/change/").content.decode()
        assert "ABC-123" not in page

    def test_what_was_given_up_is_sent_again(self, mails, as_coordinator):
        page = self.again(as_coordinator, mails["ours"], mails["theirs"])
        assert "1 mail goes out again" in page
        mails["ours"].refresh_from_db()
        mails["theirs"].refresh_from_db()
        assert (mails["ours"].state, mails["ours"].attempts) == (OutgoingMail.State.WAITING, 0)
        assert mails["theirs"].state == OutgoingMail.State.FAILED

    def test_what_was_sent_is_not_sent_again(self, lancaster, as_coordinator):
        sent = factories.OutgoingMailFactory(cluster=lancaster, state="sent")
        assert "none is sent again" in self.again(as_coordinator, sent)
        assert OutgoingMail.objects.get().state == OutgoingMail.State.SENT

    def test_it_is_no_place_for_members(self, as_member, client):
        assert as_member.get(self.url).status_code in (302, 403)
        assert client.get(self.url).status_code == 302
