"""A list of member firms and their people: firms by web domain or name, people by e-mail, memberships by pair.

Nothing that is there is overwritten: a firm's own word counts more than a list, which fills what is empty. A firm
that the officer does not look after is left as it is and can't be taken in: that would open its people's addresses.
Whether a person has an account is not told. They get an invitation in either case, sent when the officer says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present, trail
from clusters.models import Cluster
from members.companies import slugs_for, tidy_postcode, tidy_website
from members.models import Company, Import, ImportLine, Invitation, Membership, Representative, User
from members.models.company import web_domain

from . import fields as f
from . import matching
from .fields import Field

SIZES = {"1": "1", "9": "2-9", "49": "10-49", "249": "50-249"}
LEGAL_FORMS = {
    "ltd": "limited", "llp": "limited", "plc": "limited", "limited": "limited", "limitedcompany": "limited",
    "soletrader": "sole-trader", "selfemployed": "sole-trader", "freelance": "sole-trader",
    "cic": "social", "charity": "social", "cooperative": "social", "university": "public", "college": "public",
}  # fmt: skip
FILLED = [
    "website",
    "summary",
    "town",
    "postcode",
    "address",
    "phone",
    "email",
    "size",
    "legal_form",
    "founded",
]
AT_ONCE = 500


def size(typed: str) -> str:
    """A band, or a number of people."""
    if typed.replace(",", "").isdecimal() and len(typed) < 9:
        people = int(typed.replace(",", ""))
        return next((band for most, band in SIZES.items() if people <= int(most)), "250+")
    return f.choice(Company.Size)(typed.replace("–", "-").replace(" to ", "-"))


def website(typed: str) -> str:
    tidy = tidy_website(typed)
    if len(tidy) > 200:
        raise ValidationError(gettext("That address is too long. The front page will do."))
    return tidy


def firm_name(typed: str) -> str:
    name = f.one_line(120)(typed)
    if not any(sign.isalnum() for sign in name):
        raise ValidationError(gettext("A name has at least one letter or digit in it."))
    return name


def words(typed: str) -> list[str]:
    found = [" ".join(word.split()) for word in typed.replace(";", ",").replace("|", ",").split(",")]
    return [f.one_line(40)(word) for word in dict.fromkeys(found) if word][:12]


FIELDS = [
    Field(
        "name",
        _("Firm"),
        firm_name,
        ["company", "company name", "firm name", "organisation", "business"],
        True,
    ),
    Field("website", _("Website"), website, ["web", "url", "web address", "web site", "homepage", "domain"]),
    Field("cluster", _("Cluster"), f.one_line(80), ["branch", "group"]),
    Field(
        "joined",
        _("Member since"),
        f.past_day(timezone.localdate),
        ["joined", "date joined", "since", "join date"],
    ),
    Field("person", _("Person"), f.one_line(100), ["contact", "contact name", "full name", "representative"]),
    Field(
        "person_email", _("Person’s e-mail"), f.address, ["email", "e-mail", "contact email", "email address"]
    ),
    Field("job", _("Person’s job title"), f.one_line(80), ["job", "job title", "position", "title"]),
    Field(
        "summary", _("What it does"), f.one_line(200), ["description", "summary", "activity", "business type"]
    ),
    Field("expertise", _("Expertise"), words, ["skills", "keywords", "tags"]),
    Field(
        "size", _("How many people"), size, ["size", "employees", "staff", "headcount", "number of employees"]
    ),
    Field(
        "legal_form", _("Legal form"), f.choice(Company.LegalForm, **LEGAL_FORMS), ["type", "legal status"]
    ),
    Field("founded", _("Firm since"), f.number(1500, 2100), ["founded", "established", "year founded"]),
    Field("phone", _("Firm’s phone"), f.one_line(30), ["phone", "telephone", "tel", "phone number"]),
    Field(
        "email",
        _("Firm’s e-mail"),
        f.address,
        ["company email", "office email", "general email", "info email"],
    ),
    Field("address", _("Street address"), f.one_line(200), ["address", "street", "address 1"]),
    Field("town", _("Town"), f.one_line(60), ["city", "place", "location"]),
    Field("postcode", _("Postcode"), tidy_postcode, ["post code", "zip", "postal code"]),
]


@dataclass
class Plan:
    """What is to be made and changed; rows that are not saved yet."""

    companies: list[Company] = field(default_factory=list)
    filled: dict[int, tuple[Company, set[str]]] = field(default_factory=dict)
    memberships: list[Membership] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)


class MemberList:
    fields: Sequence[Field] = FIELDS
    explanation = _("A line for each person, or for each firm. Lines with the same firm belong together.")

    def __init__(self, of: Import, by: User):
        self.of, self.by, self.plan = of, by, Plan()
        self.now = present.now()
        clusters = list(of.clusters().filter(pk__in=Cluster.objects.managed_by(by).values("pk")))
        self.clusters = {word.casefold(): one for one in clusters for word in (one.name, one.slug)}
        self.only = clusters[0] if len(clusters) == 1 else None

    # --- looking through --------------------------------------------------------------------------------
    def look_through(self, lines: list[ImportLine], tell: Callable[[int], None]) -> None:
        """Says of each line what becomes of it. `tell` is told how many are done."""
        read = [f.read(line.cells, self.of.mapping, self.fields) for line in lines]
        named = [(values["name"], values["website"] or "") for values, _ in read if values.get("name")]
        self.firms = matching.known(named)
        self.learn_what_is_there()
        for number, (line, (values, problems)) in enumerate(zip(lines, read, strict=True), 1):
            line.words, line.outcome, line.candidates = "", "", []
            if problems:
                refuse(line, problems)
            else:
                self.look_at(line, values)
            if number % AT_ONCE == 0:
                tell(number)

    def learn_what_is_there(self) -> None:
        here = {company.pk for company in self.firms.all()}
        self.managed = set(
            Company.objects.managed_by(self.by).filter(pk__in=here).values_list("pk", flat=True)
        )
        rows = Membership.objects.filter(company__in=here, cluster__in=self.clusters.values()).order_by(
            "applied_at"
        )
        self.memberships = {(row.company_id, row.cluster_id): row for row in rows}
        acting = Representative.objects.active().filter(company__in=here)
        self.acting = set(acting.values_list("company", "user__email"))
        self.led = set(acting.filter(role="lead").values_list("company", flat=True))
        invited = Invitation.objects.filter(company__in=here).values_list("company", "email")
        self.invited: set[tuple[object, str]] = set(invited)

    def look_at(self, line: ImportLine, values: dict) -> None:
        cluster, problem = self.cluster_of(values["cluster"])
        if cluster is None:
            return refuse(line, [problem])
        if values["person_email"] and not values["person"]:
            return refuse(line, [gettext("The person has an e-mail address, but no name.")])
        try:
            company = matching.find(self.firms, values["name"], values["website"] or "", line.choice)
        except matching.Unclear as unclear:
            line.candidates = [[one.pk, one.name, one.web_domain] for one in unclear.candidates if one.pk]
            return refuse(line, [str(unclear)])
        said: list[str] = []
        problem = self.why_not_in(company, cluster) if company is not None and company.pk else ""
        if problem:
            return refuse(line, [problem])
        is_new = company is None
        company = company or self.new_firm(values, said)
        filled = [] if is_new else self.fill(company, values)
        self.take_in(company, cluster, values["joined"], said)
        self.invite(company, cluster, values, said)
        line.outcome = ImportLine.Outcome.MADE if said else ImportLine.Outcome.SAME
        if filled:
            said.append(
                gettext("Fills in %(list)s of %(company)s.") % {"list": ", ".join(filled), "company": company}
            )
            line.outcome = ImportLine.Outcome.CHANGED if len(said) == 1 else ImportLine.Outcome.MADE
        line.words = "\n".join(said) or gettext("%(company)s is there with all of this.") % {
            "company": company
        }
        return None

    def cluster_of(self, named: str | None) -> tuple[Cluster | None, str]:
        if not named:
            return self.only, gettext("Say in which cluster: %(listed)s.") % {"listed": self.listed()}
        return self.clusters.get(named.casefold()), gettext(
            "“%(named)s” is none of your clusters here: %(listed)s."
        ) % {"named": named, "listed": self.listed()}

    def listed(self) -> str:
        return ", ".join(sorted({cluster.name for cluster in self.clusters.values()})[:20])

    def why_not_in(self, company: Company, cluster: Cluster) -> str:
        """Why a list can't make the firm a member: it is of others, was decided otherwise, or waits for an answer."""
        membership = self.memberships.get((company.pk, cluster.pk))
        if membership is None and company.pk not in self.managed:
            return gettext(
                "%(company)s is on the site, but not in your clusters. Ask it to join: it says yes itself."
            ) % {"company": company}
        if membership is None or membership.state == Membership.State.ACTIVE:
            return ""
        if membership.state == Membership.State.APPLIED:
            return gettext("%(company)s has applied to %(cluster)s and waits for an answer on the desk.") % {
                "company": company,
                "cluster": cluster,
            }
        on = date_format(timezone.localtime(membership.ended_at))
        sentence = (
            gettext("%(company)s left %(cluster)s on %(day)s. It can join again by itself.")
            if membership.state == Membership.State.LEFT
            else gettext(
                "%(company)s was turned down by %(cluster)s on %(day)s. It can join again by itself."
            )
        )
        return sentence % {"company": company, "cluster": cluster, "day": on}

    def new_firm(self, values: dict, said: list[str]) -> Company:
        company = Company(name=values["name"], expertise=values["expertise"] or [])
        for name in FILLED:
            if values[name]:
                setattr(company, name, values[name])
        company.web_domain = web_domain(company.website)
        self.plan.companies.append(company)
        self.firms.add(company)
        said.append(gettext("New firm: %(company)s.") % {"company": company})
        return company

    def fill(self, company: Company, values: dict) -> list[str]:
        """What is empty of the firm and stands in the line."""
        labels = {one.name: str(one.label).removeprefix(gettext("Firm’s ")).lower() for one in self.fields}
        gaps = [name for name in [*FILLED, "expertise"] if values[name] and not getattr(company, name)]
        if "website" in gaps and web_domain(values["website"]) in self.firms.by_domain:
            gaps.remove("website")
        for name in gaps:
            setattr(company, name, values[name])
        company.web_domain = web_domain(company.website)
        self.firms.add(company)
        if company.pk and gaps:
            self.plan.filled.setdefault(company.pk, (company, set()))[1].update(gaps)
        return [labels[name] for name in gaps]

    def take_in(self, company: Company, cluster: Cluster, joined: date | None, said: list[str]) -> None:
        key = (company.pk or id(company), cluster.pk)
        if key in self.memberships:
            return
        at = self.now
        if joined and joined < present.today():
            at = timezone.make_aware(datetime.combine(joined, time(12)))
        membership = Membership(
            company=company,
            cluster=cluster,
            state=Membership.State.ACTIVE,
            applied_at=at,
            joined_at=at,
            applied_by=self.by,
            decided_by=self.by,
        )
        self.memberships[key] = membership
        self.plan.memberships.append(membership)
        sentence = (
            gettext("%(company)s becomes a member of %(cluster)s, since %(day)s.")
            if joined
            else gettext("%(company)s becomes a member of %(cluster)s.")
        )
        day = date_format(timezone.localtime(at))
        said.append(sentence % {"company": company, "cluster": cluster, "day": day})

    def invite(self, company: Company, cluster: Cluster, values: dict, said: list[str]) -> None:
        email, firm = values["person_email"], company.pk or id(company)
        if not email or (firm, email) in self.acting or (firm, email) in self.invited:
            return
        invitation = Invitation(
            company=company,
            cluster=cluster,
            email=email,
            name=values["person"],
            job=values["job"] or "",
            role=Representative.Role.MEMBER if firm in self.led else Representative.Role.LEAD,
            came_by=self.of,
            by=self.by,
        )
        self.led.add(firm)
        self.invited.add((firm, email))
        self.plan.invitations.append(invitation)
        said.append(
            gettext("%(invitation)s can be invited to act for %(company)s.")
            % {"invitation": invitation.name, "company": company}
        )

    # --- putting in -------------------------------------------------------------------------------------
    def put_in(self) -> None:
        """All that was planned, with a line in the trail for each. Call it in the transaction of `look_through`."""
        plan = self.plan
        slugs = slugs_for([company.name for company in plan.companies])
        for company, slug in zip(plan.companies, slugs, strict=True):
            company.slug = slug
        Company.objects.bulk_create(plan.companies, batch_size=AT_ONCE)
        for company, gaps in plan.filled.values():
            company.save(update_fields=gaps)
        Membership.objects.bulk_create(plan.memberships, batch_size=AT_ONCE)
        Invitation.objects.bulk_create(plan.invitations, batch_size=AT_ONCE)
        trail.record_many(
            [
                *(trail.line(self.by, "imported", row, cluster=row.cluster) for row in plan.memberships),
                *(
                    trail.line(
                        self.by,
                        "filled in the entry of",
                        company,
                        note=", ".join(sorted(gaps)),
                        **self.place(),
                    )
                    for company, gaps in plan.filled.values()
                ),
            ]
        )

    def place(self) -> dict:
        return {"cluster": self.of.cluster, "association": self.of.association}


def refuse(line: ImportLine, problems: list[str]) -> None:
    line.outcome = ImportLine.Outcome.REFUSED
    line.words = "\n".join(problems)
