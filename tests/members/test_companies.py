import pytest
from django.core.exceptions import ValidationError

from clusters.errors import Refused
from clusters.models import Act
from members import companies
from members.models import Company, OutgoingMail, Representative
from members.models.company import look_alikes
from tests import factories

from .at_once import at_once


@pytest.fixture
def person(db):
    return factories.UserFactory(name="Ellen Thwaite")


class TestRegistering:
    def test_makes_the_person_the_lead(self, person):
        company = companies.register(
            person, name="Lune Valley Systems", website="https://www.lunevalley.example"
        )
        [representative] = company.representatives.all()
        assert (representative.user, representative.role, representative.state) == (person, "lead", "active")
        assert company.slug == "lune-valley-systems"
        assert company.web_domain == "lunevalley.example"
        assert Act.objects.get().verb == "registered"

    def test_sent_twice_makes_one(self, person):
        one = companies.register(person, name="Lune Valley Systems")
        other = companies.register(person, name="Lune valley systems")
        assert one == other
        assert Company.objects.count() == 1

    def test_a_second_firm_is_refused(self, person):
        companies.register(person, name="Lune Valley Systems")
        with pytest.raises(Refused, match="You act for Lune Valley Systems already"):
            companies.register(person, name="Something else")

    def test_the_web_address_of_another_firm_is_refused(self, person):
        factories.CompanyFactory(name="Bay Software", website="http://bay.example")
        with pytest.raises(Refused, match="Bay Software is here with this address"):
            companies.register(person, name="Other", website="https://www.bay.example/about")
        assert not person.representations.exists()

    def test_firms_may_share_a_public_host(self, person):
        factories.CompanyFactory(website="https://facebook.com/bay")
        assert companies.register(person, name="Other", website="https://facebook.com/other")

    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("Bay Software", "bay-software-3"),
            ("شركة", "firm"),
            ("🚀 1", "1"),
            ("x" * 120, "x" * 70),
        ],
    )
    def test_every_name_finds_an_address_of_its_own(self, person, name, slug):
        factories.CompanyFactory(slug="bay-software")
        factories.CompanyFactory(slug="bay-software-2")
        assert companies.register(person, name=name).slug == slug


class TestRegisteringAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_two_tabs_of_one_person_make_one_firm(self, person):
        def register():
            return companies.register(person, name="Bay Software", website="https://bay.example")

        one, other = at_once(register, register)
        assert one == other
        assert Company.objects.count() == Representative.objects.count() == 1

    def test_of_two_people_one_gets_a_sentence(self, person):
        other = factories.UserFactory()
        results = at_once(
            lambda: companies.register(person, name="Bay Software", website="https://bay.example"),
            lambda: companies.register(other, name="Bay Software", website="https://bay.example"),
        )
        assert {type(result) for result in results} == {Company, Refused}
        assert Company.objects.count() == Representative.objects.count() == 1


class TestLookAlikes:
    @pytest.mark.parametrize(
        ("name", "website"),
        [
            ("Bay Software", ""),
            ("BAY SOFTWARE LTD.", ""),
            ("The Bay-Software Company Limited", ""),
            ("Bay Softwear", ""),
            ("Quite another", "bay.example"),
            ("Quite another", "http://www.bay.example/contact"),
            ("Quite another", "https://WWW.Bay.example"),
        ],
    )
    def test_are_found(self, db, name, website):
        bay = factories.CompanyFactory(name="Bay Software Ltd", website="https://bay.example")
        factories.CompanyFactory(name="Unlike Anything")
        assert list(look_alikes(name, website)) == [bay]

    @pytest.mark.parametrize(
        ("name", "website"),
        [("Kendal Robotics", ""), ("شركة", ""), ("Kendal Robotics", "https://facebook.com/kendal")],
    )
    def test_are_not_made_up(self, db, name, website):
        factories.CompanyFactory(name="Bay Software Ltd", website="https://facebook.com/bay")
        assert not look_alikes(name, website)

    def test_begin_with_the_same_domain(self, db):
        factories.CompanyFactory(name="Bay Software")
        domain = factories.CompanyFactory(name="Unlike", website="https://bay.example")
        assert look_alikes("Bay Software", "bay.example")[0] == domain


class TestAskingToRepresent:
    def test_gives_no_rights_yet(self, person, firm):
        representative = companies.ask_to_represent(person, firm)
        assert representative.state == Representative.State.ASKED
        assert firm not in Company.objects.represented_by(person)

    def test_mails_the_leads(self, person, firm, member, coordinator):
        factories.RepresentativeFactory(company=firm, role="deputy")
        companies.ask_to_represent(person, firm)
        [mail] = OutgoingMail.objects.all()
        assert mail.user == member
        assert mail.subject == "May Ellen Thwaite act for Fellside Analytics?"
        assert person.email in mail.text
        assert "/me/" in mail.text

    def test_mails_the_coordinator_where_there_is_no_lead(self, person, firm, coordinator, other_coordinator):
        factories.RepresentativeFactory(company=firm, state="ended")
        representative = companies.ask_to_represent(person, firm)
        [mail] = OutgoingMail.objects.all()
        assert mail.user == coordinator
        assert f"/admin/members/representative/{representative.pk}/change/" in mail.text

    def test_mails_the_operator_where_there_is_nobody(self, person, operator):
        companies.ask_to_represent(person, factories.CompanyFactory())
        assert OutgoingMail.objects.get().user == operator

    def test_twice_is_once(self, person, firm, member):
        one = companies.ask_to_represent(person, firm)
        assert companies.ask_to_represent(person, firm) == one
        assert OutgoingMail.objects.count() == 1

    def test_one_firm_at_a_time(self, person, firm):
        companies.ask_to_represent(person, firm)
        with pytest.raises(Refused, match="You have asked to act for Fellside Analytics"):
            companies.ask_to_represent(person, factories.CompanyFactory())

    def test_not_by_who_acts_for_another(self, member):
        with pytest.raises(Refused, match="You act for Fellside Analytics already"):
            companies.ask_to_represent(member, factories.CompanyFactory())

    def test_not_again_after_a_no(self, person, firm, member):
        companies.refuse_representative(companies.ask_to_represent(person, firm), member)
        with pytest.raises(Refused, match="answered no"):
            companies.ask_to_represent(person, firm)

    def test_can_be_taken_back_and_asked_again(self, person, firm, member):
        first = companies.take_back_request(companies.ask_to_represent(person, firm))
        assert first.state == Representative.State.ENDED
        assert companies.take_back_request(first).state == Representative.State.ENDED
        assert companies.ask_to_represent(person, firm) != first

    def test_can_not_be_taken_back_after_a_yes(self, person, firm, member):
        request = companies.ask_to_represent(person, firm)
        companies.accept_representative(request, member)
        with pytest.raises(Refused, match="has said yes already"):
            companies.take_back_request(request)


class TestAnswering:
    @pytest.fixture
    def request_(self, person, firm):
        return companies.ask_to_represent(person, firm)

    def test_yes_makes_a_colleague(self, request_, person, firm, member):
        accepted = companies.accept_representative(request_, member)
        assert (accepted.role, accepted.state) == ("member", "active")
        assert firm in Company.objects.represented_by(person)
        assert OutgoingMail.objects.get(user=person).subject == "You act for Fellside Analytics now"
        assert Act.objects.get(verb="accepted").cluster.slug == "lancaster"

    def test_yes_makes_a_lead_where_there_is_none(self, request_, coordinator):
        assert companies.accept_representative(request_, coordinator).role == "lead"

    def test_yes_twice_mails_once(self, request_, person, member):
        companies.accept_representative(request_, member)
        companies.accept_representative(request_, member)
        assert OutgoingMail.objects.filter(user=person).count() == 1

    def test_no_gives_no_rights(self, request_, person, firm, member):
        companies.refuse_representative(request_, member)
        companies.refuse_representative(request_, member)
        assert firm not in Company.objects.represented_by(person)
        assert OutgoingMail.objects.filter(user=person).count() == 1

    def test_yes_after_no_is_too_late(self, request_, member):
        companies.refuse_representative(request_, member)
        with pytest.raises(Refused, match="does not ask"):
            companies.accept_representative(request_, member)

    def test_no_after_yes_is_too_late(self, request_, member):
        companies.accept_representative(request_, member)
        with pytest.raises(Refused, match="does not ask"):
            companies.refuse_representative(request_, member)


class TestTidyPostcode:
    @pytest.mark.parametrize(
        ("typed", "tidy"),
        [
            ("la14yw", "LA1 4YW"),
            (" LA1 4YW ", "LA1 4YW"),
            ("La1-4yw.", "LA1 4YW"),
            ("w1a0ax", "W1A 0AX"),
            ("WV10 0QP", "WV10 0QP"),
            ("m11ae", "M1 1AE"),
        ],
    )
    def test_writes_it_as_the_post_does(self, typed, tidy):
        assert companies.tidy_postcode(typed) == tidy

    @pytest.mark.parametrize("typed", ["LA2 9", "la2", "WV10"])
    def test_says_when_half_is_missing(self, typed):
        with pytest.raises(
            ValidationError, match=f"{typed} is only half of it. A full postcode looks like LA2 9QT."
        ):
            companies.tidy_postcode(typed)

    @pytest.mark.parametrize("typed", ["12345", "Lancaster", "", "🚀", "שלום", "LA1 4YWX", "x" * 200])
    def test_says_when_it_is_none(self, typed):
        with pytest.raises(ValidationError, match="is not a UK postcode"):
            companies.tidy_postcode(typed)


class TestTidyWebsite:
    @pytest.mark.parametrize(
        ("typed", "tidy"),
        [
            ("bay.example", "https://bay.example"),
            ("WWW.Bay.example/", "https://www.bay.example"),
            ("http://bay.example/a?b=c", "http://bay.example/a?b=c"),
            ("bücher.example", "https://bücher.example"),
        ],
    )
    def test_makes_a_whole_address(self, typed, tidy):
        assert companies.tidy_website(typed) == tidy

    @pytest.mark.parametrize(
        "typed",
        [
            "none",
            "javascript:alert(1)",
            "javascript://bay.example/%0aalert(1)",
            "ftp://bay.example",
            "a b.example",
        ],
    )
    def test_refuses_what_is_no_web_address(self, typed):
        with pytest.raises(ValidationError, match="is not a web address"):
            companies.tidy_website(typed)
