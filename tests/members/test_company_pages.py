import io
import json

import extruct
import pytest
import vobject
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clusters.models import Act
from members.models import Company, CompanyLogo
from tests import factories
from tests.conftest import client_of
from tests.pages import text_of

from .at_once import at_once

CONTACT = {
    "email": "hello@fellside.example",
    "phone": "01632 960123",
    "address": "1 Quay, Side",
    "town": "Caton",
}


@pytest.fixture(autouse=True)
def media_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def described(firm):
    """With all that a firm can say, and nothing of how it is reached."""
    Company.objects.filter(pk=firm.pk).update(
        summary="Reads meters, and more; truly.",
        about="We are **good**. <script>alert(1)</script>",
        expertise=["Meters", "C & C++"],
        offers="- A room",
        seeks="- A drone pilot",
        size="2-9",
        founded=2014,
        website="https://fellside.example",
        postcode="LA2 9QT",
        **CONTACT,
        email_shown="nobody",
        phone_shown="nobody",
        address_shown="nobody",
    )
    firm.refresh_from_db()
    return firm


@pytest.fixture
def world(described, member, lancaster):
    factories.RepresentativeFactory(
        company=described, listed=True, user__name="Ellen Thwaite", job="Director"
    )
    factories.RepresentativeFactory(company=described, user__name="Quiet Quentin")
    meeting = factories.MeetingFactory(cluster=lancaster, title="Winter meeting")
    factories.DutyFactory(company=described, meeting=meeting, state="accepted")
    factories.PresentationFactory(
        company=described, meeting=meeting, title="Water, slowly", audience="public"
    )
    factories.PresentationFactory(company=described, meeting=meeting, title="Secret talk", audience="members")
    article = factories.ArticleFactory(association=lancaster.association, title="How two firms met")
    article.companies.add(described)
    draft = factories.ArticleFactory(
        association=lancaster.association, state="draft", title="Not yet", published_at=None
    )
    draft.companies.add(described)
    return described


def logo(size=(300, 200)) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue())


@pytest.mark.django_db
class TestPage:
    def test_says_what_the_firm_says(self, client, world):
        page = client.get(world.get_absolute_url())
        words, markup = text_of(page), page.content.decode()
        for said in (
            "Reads meters",
            "We are good",
            "C & C++",
            "A room",
            "A drone pilot",
            "2 to 9 people",
            "2014",
        ):
            assert said in words
        for said in ("Ellen Thwaite", "Director", "Winter meeting", "Water, slowly", "How two firms met"):
            assert said in words
        for hidden in ("Quiet Quentin", "Secret talk", "Not yet", *CONTACT.values(), "LA2"):
            assert hidden not in markup
        assert "<script>alert(1)" not in markup
        assert f'href="{world.website}"' in markup
        assert "<img" not in markup and ">FA<" in markup  # no logo: its initials

    @pytest.mark.parametrize(
        ("shown", "who", "seen"),
        [
            ("public", "visitor", True), ("public", "newcomer", True), ("public", "other", True),
            ("members", "visitor", False), ("members", "newcomer", False), ("members", "other", True),
            ("members", "coordinator", True), ("nobody", "visitor", False), ("nobody", "other", False),
            ("nobody", "other_coordinator", False), ("nobody", "member", True), ("nobody", "coordinator", True),
        ],
    )  # fmt: skip
    def test_shows_each_contact_field_to_whom_the_firm_chose(
        self, shown, who, seen, described, member, coordinator, other_coordinator, furness, client
    ):
        other_firm = factories.MembershipFactory(cluster=furness).company
        people = {
            "newcomer": factories.UserFactory(),
            "other": factories.RepresentativeFactory(company=other_firm).user,
            "member": member,
            "coordinator": coordinator,
            "other_coordinator": other_coordinator,
        }
        viewer = client_of(people[who]) if who in people else client
        fields = {"email_shown": ["email"], "phone_shown": ["phone"], "address_shown": ["address", "town"]}
        for setting, names in fields.items():
            Company.objects.update(**dict.fromkeys(fields, "nobody"))
            Company.objects.update(**{setting: shown})
            page = viewer.get(described.get_absolute_url()).content.decode()
            card = viewer.get(f"{described.get_absolute_url()}card.vcf").content.decode().replace("\r\n ", "")
            for name in names:
                words = CONTACT[name]
                assert (words in page) is seen, name
                assert (words.replace(",", "\\,") in card) is seen, name
                assert (
                    CONTACT[name] not in linked(client.get(described.get_absolute_url())) or shown == "public"
                )

    def test_of_a_firm_that_is_no_member_is_for_its_people_alone(
        self, client, described, member, as_operator
    ):
        described.memberships.update(state="left")
        url = described.get_absolute_url()
        assert client.get(url).status_code == 404
        assert "This firm is not here" in text_of(client.get(url))
        assert client_of(factories.UserFactory()).get(url).status_code == 404
        assert "until your firm is a member" in text_of(client_of(member).get(url))
        assert client.get(f"{url}card.vcf").status_code == 404

    def test_takes_a_fixed_number_of_queries(self, client, world, lancaster, django_assert_max_num_queries):
        for number in range(4):
            meeting = factories.MeetingFactory(cluster=lancaster)
            factories.DutyFactory(company=world, meeting=meeting, state="accepted")
            factories.PresentationFactory(
                company=world, meeting=meeting, title=f"T{number}", audience="public"
            )
            factories.RepresentativeFactory(company=world, listed=True)
            factories.MembershipFactory(company=world)
        with django_assert_max_num_queries(8):
            client.get(world.get_absolute_url())

    def test_is_linked_wherever_the_firm_is_named(self, client, world, lancaster):
        link = f'href="{world.get_absolute_url()}"'
        meeting = world.duties.get().meeting
        factories.AgendaItemFactory(meeting=meeting, company=world)
        for url in (
            lancaster.get_absolute_url(),
            meeting.get_absolute_url(),
            world.articles.get(state="published").get_absolute_url(),
            "/presentations/",
            "/companies/",
        ):
            assert link in client.get(url).content.decode(), url


def linked(response) -> str:
    return json.dumps(extruct.extract(response.content.decode(), syntaxes=["json-ld"], uniform=True))


@pytest.mark.django_db
def test_another_program_reads_the_linked_data(client, world):
    page = client.get(world.get_absolute_url()).content.decode()
    [data] = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    firm, crumbs = data["@graph"]
    assert firm["@type"] == "Organization"
    assert (firm["name"], firm["sameAs"], firm["foundingDate"]) == (
        "Fellside Analytics",
        "https://fellside.example",
        "2014",
    )
    assert firm["url"].endswith(world.get_absolute_url())
    assert firm["memberOf"][0]["name"] == "Lancaster & Morecambe"
    assert crumbs["itemListElement"][1]["name"] == "Fellside Analytics"


@pytest.mark.django_db
def test_another_program_reads_the_card(as_member, world):
    Company.objects.filter(pk=world.pk).update(name="Bay; Sons, & \\ Co " + "é" * 60)
    response = as_member.get(f"{world.get_absolute_url()}card.vcf")
    assert response["Content-Type"].startswith("text/vcard")
    assert max(map(len, response.content.split(b"\r\n"))) <= 75
    card = vobject.readOne(response.content.decode())
    card.validate()
    assert card.fn.value == "Bay; Sons, & \\ Co " + "é" * 60
    assert card.email.value == CONTACT["email"]
    assert (card.adr.value.street, card.adr.value.city) == ("1 Quay, Side", "Caton")


@pytest.mark.django_db
def test_the_picture_of_a_shared_link_is_kept_for_long(client, world):
    markup = client.get(world.get_absolute_url()).content.decode()
    url = markup.split('property="og:image" content="')[1].split('"')[0]
    response = client.get(url.partition("example")[2] or url[url.index("/companies/") :])
    assert response["Content-Type"] == "image/png" and "immutable" in response["Cache-Control"]


def typed(client, company, **changes) -> dict:
    """What a browser sends of the page's form."""
    form = client.get(f"{company.get_absolute_url()}edit/").context["form"]
    values = {name: form[name].value() for name in form.fields if name not in ("logo", "remove_logo")}
    return {name: "" if value is None else value for name, value in values.items()} | changes


def save(client, company, data):
    return client.post(f"{company.get_absolute_url()}edit/", data, follow=True)


@pytest.mark.django_db
class TestEditing:
    def test_by_a_lead_changes_what_everybody_sees(self, as_member, described, member):
        changes = {
            "name": "Fellside Ltd",
            "expertise": "Python, , Tea",
            "about": "New",
            "email_shown": "public",
        }
        page = save(as_member, described, typed(as_member, described, **changes))
        assert "Saved." in text_of(page) and "Fellside Ltd" in text_of(page)
        described.refresh_from_db()
        assert (described.expertise, described.slug) == (["Python", "Tea"], described.slug)
        act = Act.objects.get(verb="changed the page of")
        assert act.actor == member and "about" in act.note and "summary" not in act.note

    def test_by_a_deputy_but_not_by_a_colleague(self, described):
        for role, answer in (("deputy", 200), ("member", 403)):
            person = factories.RepresentativeFactory(company=described, role=role).user
            assert client_of(person).get(f"{described.get_absolute_url()}edit/").status_code == answer

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("name", "", "Please fill this in"),
            ("name", "🚀" * 3, "at least one letter"),
            ("name", "x" * 121, "At most 120 characters"),
            ("about", "x" * 10_001, "At most 10000 characters"),
            ("about", "a\x00b", "invisible character"),
            ("expertise", ",".join(map(str, range(13))), "Twelve at most"),
            ("founded", "soon", "four digits"),
            ("founded", "3000", "still to come"),
            ("website", "javascript:alert(1)", "not a web address"),
            ("website", "taken.example", "has this web address"),
            ("email", "no", "valid email"),
            ("postcode", "LA2 9", "only half of it"),
            ("size", "huge", "valid choice"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field_and_kept(
        self, as_member, described, name, value, sentence
    ):
        factories.CompanyFactory(website="https://taken.example")
        page = save(as_member, described, typed(as_member, described, **{name: value, "seeks": "A lamp"}))
        assert sentence in text_of(page)
        assert page.context["form"]["seeks"].value() == "A lamp"
        described.refresh_from_db()
        assert described.seeks != "A lamp"

    def test_a_logo_is_made_anew_shown_and_taken_away(self, as_member, client, described):
        save(as_member, described, typed(as_member, described, logo=logo()))
        first = CompanyLogo.objects.get()
        for url in (described.get_absolute_url(), "/companies/"):
            assert "/logos/" in client.get(url).content.decode()
        made = Image.open(io.BytesIO(client.get(first.small_url).getvalue()))
        assert (made.format, made.size) == ("WEBP", (144, 96))
        save(as_member, described, typed(as_member, described, logo=logo((400, 400))))
        assert client.get(first.get_absolute_url()).status_code == 404
        save(as_member, described, typed(as_member, described, remove_logo="on"))
        assert not CompanyLogo.objects.exists()

    def test_a_bad_logo_changes_nothing(self, as_member, described):
        bad = SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        page = save(as_member, described, typed(as_member, described, logo=bad, seeks="A lamp"))
        assert "Export it as PNG" in text_of(page)
        described.refresh_from_db()
        assert described.seeks != "A lamp" and not CompanyLogo.objects.exists()

    def test_the_logo_of_a_hidden_firm_is_hidden(self, as_member, client, described):
        save(as_member, described, typed(as_member, described, logo=logo()))
        described.memberships.update(state="left")
        assert client.get(CompanyLogo.objects.get().small_url).status_code == 404

    def test_two_at_once_lose_nothing(self, as_member, described):
        deputy = client_of(factories.RepresentativeFactory(company=described, role="deputy").user)
        mine, theirs = (
            typed(as_member, described, seeks="A lamp"),
            typed(deputy, described, seeks="A boat", town="Hest"),
        )
        save(as_member, described, mine)
        page = save(deputy, described, theirs)
        assert "Priya Nair changed this while you were writing. It is now: “A lamp”" in text_of(page)
        page = save(deputy, described, typed_again(page))
        described.refresh_from_db()
        assert (described.seeks, described.town) == ("A boat", "Hest")


def typed_again(page) -> dict:
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields if name not in ("logo", "remove_logo")}


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_the_same_moment_both_keep_their_fields(described, member):
    deputy = factories.RepresentativeFactory(company=described, role="deputy").user
    one, other = client_of(member), client_of(deputy)
    mine, theirs = typed(one, described, seeks="A lamp"), typed(other, described, town="Hest Bank")
    answers = at_once(lambda: save(one, described, mine), lambda: save(other, described, theirs))
    assert [answer.status_code for answer in answers] == [200, 200]
    described.refresh_from_db()
    assert (described.seeks, described.town) == ("A lamp", "Hest Bank")
