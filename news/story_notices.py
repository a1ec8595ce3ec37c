"""The mails about articles of members. None of them is optional: each answers somebody, or waits for an answer."""

from django.urls import reverse
from django.utils.translation import gettext as _

from clusters.languages import in_site_language
from members import outbox
from members.companies import answerers_of
from members.models import User
from news.models import Article, Consent


@in_site_language()
def send_submitted(article: Article, readers: list[User]) -> None:
    for person in readers:
        _send(
            article,
            person,
            key=f"story-submitted:{article.pk}:{article.submitted_at:%Y%m%d%H%M%S%f}:{person.pk}",
            subject=_("A %(kind)s to read: %(title)s")
            % {"kind": article.get_kind_display().lower(), "title": article.title},
            template="story_submitted",
            link=reverse("admin:news_article_change", args=[article.pk]),
        )


@in_site_language()
def send_given_back(article: Article) -> None:
    _to_author(
        article,
        f"given-back:{article.changed_at:%Y%m%d%H%M%S%f}",
        _("Not quite yet: %(article)s") % {"article": article.title},
        "story_given_back",
    )


@in_site_language()
def send_published(article: Article, by) -> None:
    """To the author and the firms in it; once, also if it is withdrawn and published again."""
    link = article.get_absolute_url()
    people = [person for company in article.companies.all() for person in answerers_of(company)]
    for person in dict.fromkeys([article.author, *people]):
        if person is not None and person != by:
            subject = _("Published: %(article)s") % {"article": article.title}
            _send(
                article,
                person,
                key=f"story-published:{article.pk}:{person.pk}",
                subject=subject,
                template="story_published",
                link=link,
            )


@in_site_language()
def send_consent_asked(consent: Consent, person: User, token: str) -> None:
    article = consent.article
    _send(
        article,
        person,
        key=f"story-consent:{consent.pk}:{consent.version}:{person.pk}",
        subject=_("May we name %(company)s in “%(title)s”?")
        % {"company": consent.company, "title": article.title},
        template="story_consent",
        link=reverse("news:consent", args=[token]),
        consent=consent,
    )


@in_site_language()
def send_refused(consent: Consent) -> None:
    _to_author(
        consent.article,
        f"refused:{consent.pk}:{consent.version}:{consent.answered_at:%Y%m%d%H%M%S%f}",
        _("%(company)s would rather not be named") % {"company": consent.company},
        "story_refused",
        consent=consent,
    )


@in_site_language()
def send_silence(consent: Consent) -> None:
    _to_author(
        consent.article,
        f"silence:{consent.pk}:{consent.version}",
        _("%(company)s has not answered") % {"company": consent.company},
        "story_silence",
        consent=consent,
    )


def _to_author(article: Article, key: str, subject: str, template: str, **context) -> None:
    if article.author is not None:
        link = reverse("news:story-edit", args=[article.pk])
        _send(
            article,
            article.author,
            key=f"story-{key}",
            subject=subject,
            template=template,
            link=link,
            **context,
        )


def _send(
    article: Article, person: User, *, key: str, subject: str, template: str, link: str, **context
) -> None:
    if not person.is_active:
        return
    outbox.queue(
        key=key,
        kind=template.replace("_", "-"),
        to=person,
        subject=subject,
        template=template,
        context={
            "person": person,
            "article": article,
            "link": outbox.absolute(link, article.association),
            **context,
        },
        cluster=article.clusters.select_related("association").first(),
        association=article.association,
    )
