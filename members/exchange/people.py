"""Who speaks for a firm when it meets another."""

from members.companies import answerers_of
from members.memberships import representatives_of
from members.models import Company, Introduction, User


def answering_for(company: Company) -> list[User]:
    """Those who say yes or no for the firm: its leads and deputies; where it has none, all who act for it."""
    return answerers_of(company) or representatives_of(company)


def contact_of(introduction: Introduction, company: Company) -> User | None:
    """The person of the firm who asked, or who said yes, while they act for it: whose address the other sees."""
    accepted = introduction.state == Introduction.State.ACCEPTED
    answered = introduction.decided_by if accepted else None
    person = introduction.asked_by if company == introduction.asker else answered
    return person if person in representatives_of(company) else None


def people_of(introduction: Introduction, company: Company) -> list[User]:
    """Who hears for the firm: the person who began or answered, else those who answer for it."""
    contact = contact_of(introduction, company)
    return [contact] if contact else answering_for(company)
