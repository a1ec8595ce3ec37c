"""The firms that an article names agree to it first, by a link in a mail. Who says nothing has not agreed.

A firm may change its mind until the article is published. Its yes lapses as soon as the author changes the words, and
it is asked anew when they are sent in.
What a coordinator mends in between stays within what was agreed; the trail says who did.
"""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from clusters import present, trail
from clusters.errors import Refused
from clusters.signed_links import LinkSigner
from members.companies import answerers_of
from members.models import Company, User
from news import story_notices
from news.models import Article, Consent

State = Consent.State
SILENCE = timedelta(days=14)  # after that the author and the coordinators hear that a firm says nothing

consent_links = LinkSigner("news.consent", holds=timedelta(days=180), next_step="members:me")


def named(article: Article) -> list[Company]:
    """The firms that have to agree: all that it names but the author's own."""
    return [company for company in article.companies.order_by("name") if company.pk != article.company_id]


def missing(article: Article) -> list[Company]:
    """Those that have not agreed."""
    agreed = set(article.consents.filter(state=State.AGREED).values_list("company", flat=True))
    return [company for company in named(article) if company.pk not in agreed]


def ask(article: Article) -> list[Company]:
    """Ask those that were not asked yet, or about other words. Call it with the article locked.

    Returns the firms nobody acts for: they can't be asked.
    """
    firms, unheard = named(article), []
    article.consents.exclude(company__in=firms).delete()
    known = {consent.company_id: consent for consent in article.consents.all()}
    for company in firms:
        consent = known.get(company.pk)
        if consent and consent.fingerprint == article.fingerprint:
            continue
        if consent is None:
            consent = Consent(article=article, company=company)
        else:
            consent.version += 1
        consent.state, consent.answered_at, consent.answered_by = State.ASKED, None, None
        consent.fingerprint, consent.note, consent.silence_told_at = article.fingerprint, "", None
        consent.asked_at = present.now()
        consent.save()
        people = answerers_of(company)
        for person in people:
            story_notices.send_consent_asked(consent, person, token_of(consent, person))
        if not people:
            unheard.append(company)
    return unheard


def lapse(article: Article) -> None:
    """What was agreed to are no longer the words of it. Asked anew is who is still named when it is sent in."""
    article.consents.filter(state=State.AGREED).exclude(fingerprint=article.fingerprint).delete()


@transaction.atomic
def answer(consent: Consent, state: Consent.State, *, by: User, note: str = "") -> None:
    """The firm agrees or refuses. Twice the same is once."""
    article = consent.article
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)  # in the order of `articles.lock`
    article.refresh_from_db()
    consent.refresh_from_db()
    if consent.state == state:
        return
    if article.state == Article.State.PUBLISHED:
        raise Refused(_("It is published already. Write to the coordinator, who can withdraw it."))
    consent.state, consent.answered_at, consent.answered_by = state, present.now(), by
    consent.note = note if state == State.REFUSED else ""
    consent.save(update_fields=["state", "answered_at", "answered_by", "note"])
    verb = "agreed to be named in" if state == State.AGREED else "refused to be named in"
    trail.record(
        by, verb, article, association=article.association, note=f"For {consent.company}. {consent.note}"
    )
    if state == State.REFUSED:
        story_notices.send_refused(consent)


def tell_of_silence() -> None:
    """A job of the worker: an author hears once that a firm has said nothing for a while."""
    silent = Consent.objects.filter(
        state=State.ASKED,
        silence_told_at__isnull=True,
        asked_at__lt=present.now() - SILENCE,
        article__state=Article.State.SUBMITTED,
    )
    for consent in silent.select_related("company", "article__author", "article__association"):
        consent.silence_told_at = present.now()
        consent.save(update_fields=["silence_told_at"])
        story_notices.send_silence(consent)


# --- the link in the mail -----------------------------------------------------------------------------------
def token_of(consent: Consent, user: User) -> str:
    """It carries the version: words that were changed since are not agreed to by it."""
    return consent_links.sign(consent.pk, consent.version, user.pk)


def read_token(token: str) -> tuple[Consent, int, User] | None:
    """The firm's consent, the version the link was made for, and whose it is. None: not a whole link of ours."""
    numbers = consent_links.numbers(token)
    if numbers is None:
        return None
    pk, version, person = numbers
    consents = Consent.objects.select_related("company", "article__association", "article__author")
    consent = consents.filter(pk=pk).first()
    user = User.objects.filter(pk=person).first()
    return (consent, version, user) if consent and user else None
