"""Lists of members: what is made, what is left, what is refused and why; all of it or nothing, and never twice."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from clusters.errors import Refused
from clusters.models import Act
from members.imports import acts, member_list, work
from members.imports.fields import day
from members.models import Company, Import, ImportLine, Invitation, Membership, OutgoingMail, User
from tests import factories

from .at_once import at_once

HEAD = ["Firm", "Website", "Person", "E-mail", "Member since", "Phone"]
BAY = ["Bay Software Ltd", "www.bay.example", "Ada Lowe", "Ada@Bay.example", "14/05/2021", "01524 1"]


def bring(lines, *, of, by, head=HEAD, kind="members") -> Import:
    """Uploaded, with the columns as they were guessed, and looked through."""
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    one = acts.upload(ContentFile(out.getvalue().encode(), "list.csv"), kind=kind, of=of, by=by)
    acts.match_columns(one, one.mapping, by=by)
    return worked(one)


def worked(one: Import) -> Import:
    while work.work_on_next():
        pass
    one.refresh_from_db()
    return one


def put_in(one: Import, by) -> Import:
    acts.run(one, by=by)
    return worked(one)


def outcomes(one: Import) -> list[str]:
    return list(one.lines.values_list("outcome", flat=True))


def words(one: Import) -> str:
    return "\n".join(one.lines.values_list("words", flat=True))


class TestPuttingIn:
    def test_looking_through_makes_nothing(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        assert one.state == Import.State.CHECKED and outcomes(one) == ["made"]
        assert "New firm: Bay Software Ltd." in words(one)
        assert not Company.objects.exists() and not Invitation.objects.exists()

    def test_makes_firm_membership_and_a_person_to_invite_and_mails_nobody(self, lancaster, coordinator):
        one = put_in(bring([BAY], of=lancaster, by=coordinator), coordinator)
        assert one.state == Import.State.DONE
        company = Company.objects.get()
        assert (company.name, company.slug, company.web_domain) == (
            "Bay Software Ltd",
            "bay-software-ltd",
            "bay.example",
        )
        membership = company.memberships.get()
        assert (membership.state, membership.cluster) == ("active", lancaster)
        assert timezone.localdate(membership.joined_at) == date(2021, 5, 14)
        invitation = company.invitations.get()
        assert (invitation.email, invitation.role, invitation.sent_at) == ("ada@bay.example", "lead", None)
        assert not User.objects.filter(email="ada@bay.example").exists()
        assert not OutgoingMail.objects.exists()
        assert set(Act.objects.values_list("verb", flat=True)) == {"uploaded", "imported", "put in"}

    def test_the_same_file_again_doubles_and_changes_nothing(self, lancaster, coordinator):
        lines = [
            BAY,
            ["Bay Software", "", "Bo Airey", "bo@bay.example", "", "01524 2"],  # another phone
            ["Fell Data", "", "", "", "", ""],
            [
                "The Fell Data Company",
                "fell.example",
                "",
                "",
                "",
                "01524 3",
            ],  # fills what the line before left empty
        ]
        put_in(bring(lines, of=lancaster, by=coordinator), coordinator)
        tables = (Company, Membership, Invitation)
        before = [list(table.objects.order_by("pk").values()) for table in tables]
        again = bring(lines, of=lancaster, by=coordinator)
        assert outcomes(again) == ["same"] * 4
        with pytest.raises(Refused, match="nothing to put in"):
            acts.run(again, by=coordinator)
        assert [list(table.objects.order_by("pk").values()) for table in tables] == before
        assert [row["name"] for row in before[0]] == ["Bay Software Ltd", "Fell Data"]

    def test_fills_what_is_empty_of_a_firm_and_overwrites_nothing(self, lancaster, coordinator, firm):
        Company.objects.filter(pk=firm.pk).update(town="Lancaster")
        head = ["Firm", "Phone", "Town"]
        one = bring([[firm.name, "01524 1", "Kendal"]], head=head, of=lancaster, by=coordinator)
        assert outcomes(one) == ["changed"] and "Fills in phone" in words(one)
        put_in(one, coordinator)
        firm.refresh_from_db()
        assert (firm.phone, firm.town) == ("01524 1", "Lancaster")

    def test_refused_lines_are_left_out_and_the_others_put_in(self, lancaster, coordinator):
        one = put_in(
            bring([BAY, ["", "", "", "", "", ""], ["", "x", "", "", "", ""]], of=lancaster, by=coordinator),
            coordinator,
        )
        assert Company.objects.count() == 1
        assert one.counts == {"made": 1, "refused": 1}
        assert (
            one.lines.get(outcome="refused").number == 4
        )  # empty lines count as the spreadsheet counts them

    def test_each_line_of_an_association_says_its_cluster(self, association, lancaster, furness, officer):
        head = ["Firm", "Cluster"]
        lines = [["Bay", "furness"], ["Fell", ""], ["Lune", "Staffordshire"]]
        one = bring(lines, head=head, of=association, by=officer)
        assert outcomes(one) == ["made", "refused", "refused"]
        put_in(one, officer)
        assert Membership.objects.get().cluster == furness

    def test_a_second_click_does_it_once(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        acts.run(one, by=coordinator)
        acts.run(one, by=coordinator)
        worked(one)
        acts.run(one, by=coordinator)
        worked(one)
        assert Company.objects.count() == Membership.objects.count() == 1


class TestWhoIsMeant:
    def test_by_web_domain_whatever_the_name(self, lancaster, coordinator):
        bay = factories.MembershipFactory(cluster=lancaster, company__website="https://bay.example").company
        one = bring(
            [["Quite Another Name", "http://www.bay.example/x"]], head=HEAD[:2], of=lancaster, by=coordinator
        )
        assert outcomes(one) == ["same"] and bay.name in words(one)

    def test_a_name_that_is_only_alike_is_asked_and_the_answer_counts(self, lancaster, coordinator):
        bay = factories.MembershipFactory(cluster=lancaster, company__name="Morecambe Bay Software").company
        one = bring(
            [["Morcambe Bay Software", "01524 1"]], head=["Firm", "Phone"], of=lancaster, by=coordinator
        )
        line = one.lines.get()
        assert line.outcome == "refused" and line.candidates == [[bay.pk, bay.name, ""]]
        acts.answer(one, {line.number: str(bay.pk)}, by=coordinator)
        assert outcomes(worked(one)) == ["changed"]
        acts.answer(one, {line.number: "new"}, by=coordinator)
        assert outcomes(worked(one)) == ["made"]
        acts.answer(one, {line.number: str(factories.CompanyFactory().pk)}, by=coordinator)  # never offered
        assert outcomes(worked(one)) == ["made"]

    def test_a_domain_of_one_and_the_name_of_another_is_asked(self, lancaster, coordinator):
        factories.MembershipFactory(
            cluster=lancaster, company__name="Bay", company__website="https://bay.example"
        )
        factories.MembershipFactory(cluster=lancaster, company__name="Fell")
        one = bring([["Fell", "bay.example"]], head=HEAD[:2], of=lancaster, by=coordinator)
        assert outcomes(one) == ["refused"] and "the name that of Fell" in words(one)

    def test_the_same_name_with_another_domain_is_asked(self, lancaster, coordinator):
        factories.MembershipFactory(
            cluster=lancaster, company__name="Bay", company__website="https://bay.example"
        )
        one = bring([["Bay Ltd", "other-bay.example"]], head=HEAD[:2], of=lancaster, by=coordinator)
        assert outcomes(one) == ["refused"]

    def test_firms_on_a_shared_host_are_not_the_same(self, lancaster, coordinator):
        lines = [["Bay", "https://facebook.com/bay"], ["Fell", "https://facebook.com/fell"]]
        put_in(bring(lines, head=HEAD[:2], of=lancaster, by=coordinator), coordinator)
        assert Company.objects.count() == 2

    @pytest.mark.parametrize(
        ("state", "sentence"),
        [("applied", "has applied"), ("left", "left"), ("rejected", "was turned down by")],
    )
    def test_what_was_decided_or_waits_is_not_overruled(self, lancaster, coordinator, state, sentence):
        membership = factories.MembershipFactory(cluster=lancaster, state=state, ended_at=timezone.now())
        one = bring([[membership.company.name]], head=["Firm"], of=lancaster, by=coordinator)
        assert outcomes(one) == ["refused"] and sentence in words(one)


class TestWhatIsNotTold:
    def test_a_firm_of_others_is_not_taken_in(self, lancaster, furness, coordinator):
        """It would open its people's addresses to whoever types its name."""
        theirs = factories.MembershipFactory(cluster=furness, company__name="Walney Controls").company
        representative = factories.RepresentativeFactory(company=theirs)
        line = ["Walney Controls", "", "X", representative.user.email, "", "01229 1"]
        one = bring([line], of=lancaster, by=coordinator)
        assert outcomes(one) == ["refused"] and "Ask it to join" in words(one)
        assert not User.objects.managed_by(coordinator).filter(pk=representative.user.pk).exists()

    def test_an_address_in_use_elsewhere_looks_like_any_other(self, lancaster, coordinator):
        known = factories.UserFactory(email="ada@bay.example", name="Real Name", last_login=timezone.now())
        lines = [BAY, ["Fell", "", "Bo Airey", "bo@fell.example", "", ""]]
        one = put_in(bring(lines, of=lancaster, by=coordinator), coordinator)
        said = list(one.lines.values_list("words", flat=True))
        assert "Ada Lowe can be invited" in said[0] and "Bo Airey can be invited" in said[1]
        assert not User.objects.managed_by(coordinator).filter(pk=known.pk).exists()

    def test_who_lost_the_office_meanwhile_puts_nothing_in(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        acts.run(one, by=coordinator)
        coordinator.offices.update(end=timezone.localdate() - timedelta(days=1))
        one = worked(one)
        assert "does not look after" in one.problem
        assert not Company.objects.exists()


class TestBadLines:
    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            (["Bay\x07", "", "", "", "", ""], "one line"),
            (["...", "", "", "", "", ""], "at least one letter"),
            (["x" * 121, "", "", "", "", ""], "At most 120"),
            (["Bay", "not a web address", "", "", "", ""], "is not a web address"),
            (["Bay", "", "Ada", "nonsense", "", ""], "valid email"),
            (["Bay", "", "", "ada@bay.example", "", ""], "but no name"),
            (["Bay", "", "", "", "31/02/2021", ""], "not a date"),
            (["Bay", "", "", "", "1/1/2999", ""], "still to come"),
            (["Bay", "", "", "", "", "0" * 31], "At most 30"),
        ],
    )
    def test_get_a_sentence(self, lancaster, coordinator, line, sentence):
        one = bring([line], of=lancaster, by=coordinator)
        assert outcomes(one) == ["refused"] and sentence in words(one)

    def test_formulas_emoji_and_quotes_are_text(self, lancaster, coordinator, as_coordinator):
        name = """=HYPERLINK("x") 🚀 <b>O'Brien</b>"""
        one = put_in(
            bring([[name, "", "", "", "", ""], ["=1", "=bad", "", "", "", ""]], of=lancaster, by=coordinator),
            coordinator,
        )
        assert Company.objects.get().name == name
        page = as_coordinator.get(
            reverse("admin:members_import_change", args=[one.pk]), {"show": "made"}
        ).content.decode()
        assert "<b>O&#x27;Brien" not in page and "&lt;b&gt;O" in page
        sheet = as_coordinator.get(reverse("admin:members_import_refused", args=[one.pk])).content.decode()
        assert ",'=1," in sheet

    def test_fifty_unknown_columns_are_left_out(self, lancaster, coordinator):
        head = ["Firm", *(f"Odd {number}" for number in range(50))]
        one = bring([["Bay", *["x"] * 50]], head=head, of=lancaster, by=coordinator)
        assert outcomes(one) == ["made"]

    def test_columns_are_chosen_once_and_the_firm_is_needed(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        for mapping, sentence in (
            ([""] * 6, "Say which column is “Firm”"),
            (["name", "name", "", "", "", ""], "Two columns"),
            (["name", "password", "", "", "", ""], "Choose for each"),
            (["name"], "Choose for each"),
        ):
            with pytest.raises(Refused, match=sentence):
                acts.match_columns(one, mapping, by=coordinator)


@pytest.mark.parametrize(
    "typed",
    ["2024-05-14", "14/05/2024", "14.5.2024", "14-05-24", "14 May 2024", "14th May 2024", "Tue 14 May 2024",
     "May 14, 2024", "2024-05-14 18:30", "2024-05-14T00:00:00Z", "14-May-24"],
)  # fmt: skip
def test_dates_as_people_write_them(typed):
    assert day(typed) == date(2024, 5, 14)


class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_two_clicks_and_two_workers_put_it_in_once(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        at_once(*[lambda: acts.run(Import.objects.get(pk=one.pk), by=coordinator)] * 2)
        at_once(work.work_on_next, work.work_on_next)
        assert worked(one).state == Import.State.DONE
        assert Company.objects.count() == Membership.objects.count() == Invitation.objects.count() == 1

    def test_what_changed_since_it_was_looked_at_undoes_all_of_it(self, lancaster, furness, coordinator):
        one = bring([["Fell", "", "", "", "", ""], BAY], of=lancaster, by=coordinator)
        factories.MembershipFactory(
            cluster=furness, company__name="Bay", company__website="https://bay.example"
        )
        one = put_in(one, coordinator)
        assert one.state == Import.State.CHECKED and "Something has changed" in one.problem
        assert outcomes(one) == ["made", "refused"]
        assert Company.objects.count() == 1

    def test_a_worker_killed_half_way_leaves_nothing_and_the_next_one_does_all(
        self, lancaster, coordinator, monkeypatch
    ):
        one = bring([BAY, ["Fell", "", "", "", "", ""]], of=lancaster, by=coordinator)
        acts.run(one, by=coordinator)

        class Killed(BaseException):
            pass

        def die(*args, **kwargs):
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(member_list.trail, "record_many", die)  # when all the rows are written
            with pytest.raises(Killed):
                work.work_on_next()
        one.refresh_from_db()
        assert one.state == Import.State.RUNNING and not Company.objects.exists()
        assert worked(one).state == Import.State.DONE
        assert Company.objects.count() == 2

    def test_progress_is_seen_from_outside(self, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        with work.Beside(one) as tell:
            tell(7)
        one.refresh_from_db()
        assert one.progress == 7


class TestOnTheDesk:
    def upload(self, client, content: bytes, name="list.csv", **fields):
        """`of` says for what it is, or `cluster` and `cluster-typed`, of too many to choose from."""
        data = {
            "kind": "members",
            "file": ContentFile(content, name),
            **fields,
        }
        return client.post(reverse("admin:members_import_add"), data)

    def test_from_the_file_to_the_invitations(self, as_coordinator, lancaster):
        answer = self.upload(
            as_coordinator,
            b"Firm,Person,E-mail\nBay,Ada Lowe,ada@bay.example\n",
            of=f"cluster:{lancaster.pk}",
        )
        one = Import.objects.get()
        page = reverse("admin:members_import_change", args=[one.pk])
        assert answer.url == page
        assert "What is in the columns" in as_coordinator.get(page).content.decode()
        columns = {"column-0": "name", "column-1": "person", "column-2": "person_email"}
        as_coordinator.post(reverse("admin:members_import_columns", args=[one.pk]), columns)
        assert "It is being looked through" in as_coordinator.get(page).content.decode()
        worked(one)
        assert "Nothing is made yet" in as_coordinator.get(page).content.decode()
        as_coordinator.post(reverse("admin:members_import_act", args=[one.pk, "put_in"]))
        worked(one)
        assert "One person has" not in as_coordinator.get(page).content.decode()
        as_coordinator.post(reverse("admin:members_import_act", args=[one.pk, "invite"]))
        as_coordinator.post(reverse("admin:members_import_act", args=[one.pk, "invite"]))
        assert [mail.to for mail in OutgoingMail.objects.all()] == ["ada@bay.example"]
        as_coordinator.post(reverse("admin:members_import_act", args=[one.pk, "throw_away"]))
        assert not Import.objects.exists() and not ImportLine.objects.exists()
        assert Company.objects.exists()

    def test_a_file_that_is_no_table_is_said_beside_the_field(self, as_coordinator, lancaster):
        page = self.upload(as_coordinator, b"\0\1\2", of=f"cluster:{lancaster.pk}").content.decode()
        assert "not a table we can read" in page and not Import.objects.exists()

    def test_not_for_a_cluster_of_others(self, as_coordinator, furness, association):
        assert (
            "Select a valid choice"
            in self.upload(as_coordinator, b"Firm\nBay\n", of=f"cluster:{furness.pk}").content.decode()
        )
        page = self.upload(as_coordinator, b"Firm\nBay\n", of=f"association:{association.pk}")
        assert "Select a valid choice" in page.content.decode()

    def test_of_too_many_clusters_one_is_found_by_name(self, as_officer, association, lancaster, monkeypatch):
        monkeypatch.setattr("clusters.scoping.MOST_CHOICES", 0)
        for name, verb in (("import", "Upload"), ("export", "Make the file")):
            page = as_officer.get(reverse(f"admin:members_{name}_add")).text
            assert verb in page and 'name="cluster-typed"' in page and "select2" in page
            assert f">{escape(association)}, all of it" in page and f">{escape(lancaster)}" not in page
        for chosen, says in [
            ({"of": ""}, "Choose one of these, or one cluster below."),
            ({"of": "", "cluster-typed": "Nowhere"}, "Nothing here is called “Nowhere”."),
            ({"of": f"association:{association.pk}", "cluster": lancaster.pk}, "not both"),
            ({"of": f"cluster:{lancaster.pk}"}, "Select a valid choice"),
        ]:
            page = self.upload(as_officer, b"Firm\nBay\n", **chosen).text
            assert says in page and not Import.objects.exists()
        page = as_officer.post(reverse("admin:members_import_add"), {"kind": "members"}).text
        assert "Choose one of these" in page and "Choose the file." in page
        by_name = {"of": "", "cluster-typed": lancaster.name}
        of_all = {"of": f"association:{association.pk}"}
        for chosen in (by_name, of_all, {"of": "", "cluster": lancaster.pk}):
            assert self.upload(as_officer, b"Firm\nBay\n", **chosen).status_code == 302
        assert [one.of for one in Import.objects.order_by("pk")] == [lancaster, association, lancaster]

    def test_a_strange_list_is_not_there(self, as_other_coordinator, lancaster, coordinator):
        one = bring([BAY], of=lancaster, by=coordinator)
        for name in ("columns", "answers", "refused"):
            address = reverse(f"admin:members_import_{name}", args=[one.pk])
            assert as_other_coordinator.get(address).status_code == 404
            assert as_other_coordinator.post(address).status_code == 404
        assert (
            as_other_coordinator.post(
                reverse("admin:members_import_act", args=[one.pk, "put_in"])
            ).status_code
            == 404
        )

    def test_many_lines_come_in_pages_at_the_price_of_few(
        self, as_coordinator, lancaster, django_assert_max_num_queries
    ):
        one = factories.ImportFactory(cluster=lancaster, state="checked", total=300)
        factories.ImportLineFactory.create_batch(
            300, of=one, outcome="refused", words="Why.", candidates=[[1, "X", ""]]
        )
        address = reverse("admin:members_import_change", args=[one.pk])
        with django_assert_max_num_queries(16):
            page = as_coordinator.get(address + "?page=3").content.decode()
        assert "Page 3 of 6" in page and page.count("Why.") == 50

    def test_nonsense_in_the_address_and_the_answers_is_no_failure(
        self, as_coordinator, lancaster, coordinator
    ):
        one = bring([BAY], of=lancaster, by=coordinator)
        address = reverse("admin:members_import_change", args=[one.pk])
        assert as_coordinator.get(address + "?show=%00&page=x").status_code == 200
        answers = {"line-x": "1", "line-99": "new", "line-2": "\0", "line-": ""}
        assert (
            as_coordinator.post(reverse("admin:members_import_answers", args=[one.pk]), answers).status_code
            == 302
        )


def test_lists_are_forgotten_after_thirty_days(lancaster):
    old = factories.ImportFactory(
        cluster=lancaster, created_at=timezone.now() - timedelta(days=31), state="done"
    )
    factories.ImportLineFactory(of=old)
    kept = factories.ImportFactory(cluster=lancaster)
    work.forget_old()
    assert Import.objects.get() == kept


def test_many_names_take_a_fixed_number_of_queries(lancaster, coordinator, django_assert_max_num_queries):
    lines = [[f"Firm number {number} of many"] for number in range(400)]
    one = bring(lines, head=["Firm"], of=lancaster, by=coordinator)
    acts.run(one, by=coordinator)
    with django_assert_max_num_queries(45):
        work.work_on_next()
