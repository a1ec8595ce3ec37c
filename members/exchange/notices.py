"""The mails about introductions, opportunities and reports.

What goes through a coordinator is in the outbox under the cluster, where its coordinators can read it; what the two
firms have between them is under the association, where they can't.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from clusters.languages import in_site_language
from members import outbox
from members.memberships import coordinators_of, officers_of, representatives_of
from members.models import Company, Introduction, IntroductionMessage, MailChoice, Opportunity, Report, User

from .links import introduction_path
from .people import answering_for, contact_of, people_of


# --- introductions ------------------------------------------------------------------------------------
@in_site_language()
def ask_coordinators(introduction: Introduction, *, again: bool = False) -> None:
    subject = _("%(asker)s would like to meet %(asked)s") % {
        "asker": introduction.asker,
        "asked": introduction.asked,
    }
    coordinators = coordinators_of(introduction.cluster)
    _send(
        introduction,
        coordinators or User.objects.filter(is_superuser=True, is_active=True),
        template="introduction_forward",
        key=f"introduction_forward{'-again' if again else ''}:{introduction.pk}",
        subject=_("Still waiting: %(what)s") % {"what": subject} if again else subject,
        in_confidence=False,
    )


@in_site_language()
def ask_firm(introduction: Introduction, *, again: bool = False) -> None:
    subject = _("%(asker)s would like to meet you") % {"asker": introduction.asker}
    _send(
        introduction,
        answering_for(introduction.asked),
        template="introduction_asked",
        key=f"introduction_asked{'-again' if again else ''}:{introduction.pk}",
        subject=_("Still waiting: %(what)s") % {"what": subject} if again else subject,
        in_confidence=introduction.via == Introduction.Via.DIRECT,
    )


@in_site_language()
def tell_accepted(introduction: Introduction) -> None:
    """To both, each with the other's address."""
    for company in (introduction.asker, introduction.asked):
        other = introduction.other(company)
        contact = contact_of(introduction, other)
        _send(
            introduction,
            people_of(introduction, company),
            template="introduction_accepted",
            subject=_("You and %(other)s are introduced") % {"other": other},
            answers_to=contact.email if contact else "",
            other=other,
            contact=contact,
        )


@in_site_language()
def tell_declined(introduction: Introduction) -> None:
    _send(
        introduction,
        people_of(introduction, introduction.asker),
        template="introduction_declined",
        subject=_("About meeting %(asked)s") % {"asked": introduction.asked},
        in_confidence=not introduction.declined_by_coordinator,
    )


@in_site_language()
def tell_unanswered(introduction: Introduction) -> None:
    """To the asker: nobody said yes or no in all that time."""
    _send(
        introduction,
        people_of(introduction, introduction.asker),
        template="introduction_unanswered",
        subject=_("No answer about meeting %(firm)s") % {"firm": introduction.asked},
    )


@in_site_language()
def tell_closed(introduction: Introduction, company: Company) -> None:
    """A firm has gone; the other hears why it ends here."""
    other = introduction.other(company)
    _send(
        introduction,
        people_of(introduction, company),
        template="introduction_closed",
        subject=_("%(other)s no longer takes part") % {"other": other},
        other=other,
    )


@in_site_language()
def send_message(message: IntroductionMessage) -> None:
    """To the other firm. It can be answered by mail once both have said yes."""
    introduction = message.introduction
    to = introduction.other(message.company)
    contact = contact_of(introduction, message.company) if introduction.shows_addresses else None
    _send(
        introduction,
        people_of(introduction, to),
        key=f"introduction-message:{message.pk}",
        template="introduction_message",
        subject=_("%(company)s writes to you") % {"company": message.company},
        answers_to=contact.email if contact else "",
        message=message,
    )


@in_site_language()
def ask_for_outcome(introduction: Introduction) -> None:
    _send(
        introduction,
        people_of(introduction, introduction.asker),
        template="introduction_outcome",
        subject=_("What came of meeting %(asked)s?") % {"asked": introduction.asked},
        optional=MailChoice.Kind.INTRODUCTIONS,
        outcomes=Introduction.Outcome.choices,
    )


def _send(
    introduction: Introduction,
    people: Iterable[User],
    *,
    template: str,
    subject: str,
    key: str = "",
    in_confidence: bool = True,
    answers_to: str = "",
    optional: MailChoice.Kind | None = None,
    **context,
) -> None:
    cluster = None if in_confidence else introduction.cluster
    association = introduction.cluster.association
    for person in people:
        outbox.queue(
            key=f"{key or f'{template}:{introduction.pk}'}:{person.pk}",
            kind=template.replace("_", "-"),
            to=person,
            subject=subject,
            template=template,
            context={
                "person": person,
                "introduction": introduction,
                "link": outbox.absolute(introduction_path(introduction, person), association),
                **context,
            },
            cluster=cluster,
            association=association,
            optional=optional,
            answers_to=answers_to,
        )


# --- opportunities ------------------------------------------------------------------------------------
@in_site_language()
def tell_ended(opportunity: Opportunity) -> None:
    """Its last day is over; what came of it can still be said, or it is posted again."""
    _send_opportunity(
        opportunity, "opportunity_ended", _("“%(opportunity)s” has ended") % {"opportunity": opportunity}
    )


@in_site_language()
def tell_taken_down(opportunity: Opportunity) -> None:
    _send_opportunity(
        opportunity,
        "opportunity_taken_down",
        _("“%(opportunity)s” was taken down") % {"opportunity": opportunity},
    )


def _send_opportunity(opportunity: Opportunity, template: str, subject: str) -> None:
    company = opportunity.company
    acting = representatives_of(company)
    membership = company.memberships.select_related("cluster__association").order_by("-joined_at").first()
    for person in [opportunity.author] if opportunity.author in acting else answering_for(company):
        outbox.queue(
            key=f"{template}:{opportunity.pk}:{person.pk}",
            kind=template.replace("_", "-"),
            to=person,
            subject=subject,
            template=template,
            context={"person": person, "opportunity": opportunity},
            association=membership.cluster.association if membership else None,
        )


# --- reports ------------------------------------------------------------------------------------------
@in_site_language()
def tell_of_report(report: Report) -> None:
    """To the coordinators, or the officers of the association; without any, to the operator."""
    people = coordinators_of(report.cluster) if report.cluster else []
    if report.association:
        people = officers_of(report.association)
    for person in people or User.objects.filter(is_superuser=True, is_active=True):
        outbox.queue(
            key=f"report:{report.pk}:{person.pk}",
            kind="report",
            to=person,
            subject=_("%(company)s reports something") % {"company": report.company},
            template="report",
            context={"person": person, "report": report},
            cluster=report.cluster,
            association=report.association,
        )


@in_site_language()
def tell_settled(report: Report) -> None:
    """The person who reported it reads what was done."""
    for person in [report.by] if report.by else answering_for(report.company):
        outbox.queue(
            key=f"report-settled:{report.pk}:{person.pk}",
            kind="report-settled",
            to=person,
            subject=_("What you reported is settled"),
            template="report_settled",
            context={"person": person, "report": report},
            cluster=report.cluster,
            association=report.association,
        )
