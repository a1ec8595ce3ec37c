"""From a draft to the news: what members write, coordinators read, and everybody sees.

A member sends a draft in; from then on it is the coordinator's to mend, to give back with a note, or to publish.
Only an article whose named firms have all agreed can be published (`news.consents`).
"""

from contextlib import contextmanager
from itertools import chain, count

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters import present, trail
from clusters.errors import Refused
from clusters.images import Sizes
from members.memberships import coordinators_of
from members.models import Company, Officer, User
from news import consents, story_notices
from news.models import Article, ArticlePicture

State = Article.State
ADDRESSES_OF_PAGES = {"write", "atom", "rss"}  # below /news/


@contextmanager
def authors_hand(article: Article):
    """The author changes it inside: nobody else meanwhile, and only as long as it is the author's to change.

    What firms agreed to before, they have not agreed to as it is now: an article once published, withdrawn and
    written on can be published again from the draft.
    """
    with transaction.atomic():
        current = Article.objects.select_for_update(no_key=True).get(pk=article.pk)
        if not current.is_the_authors:
            raise Refused(_("It has been sent in meanwhile. Take it back to write on."))
        before = current.fingerprint
        yield
        changed = Article.objects.filter(pk=article.pk).first()
        if changed and changed.fingerprint != before:
            consents.lapse(changed)


def write_on(form) -> None:
    """Keeps what the author typed."""
    with authors_hand(form.instance):
        form.save()


def delete_draft(article: Article, *, by: User) -> None:
    """One that nobody else has seen, or that was given back."""
    with authors_hand(article):
        if article.published_at:
            raise Refused(_("It has been published before. Ask a coordinator to take it out."))
        seen_in = article.association if article.submitted_at else None  # else nobody knew of it
        trail.record(by, "deleted the draft", article, association=seen_in)
        _delete_pictures(article)
        article.delete()


@transaction.atomic
def submit(article: Article, *, by: User) -> None:
    """To the coordinator, and to the firms it names. Sent in already, it stays so."""
    lock(article)
    if article.state == State.SUBMITTED:
        return
    if not article.is_the_authors:
        raise Refused(_("It is published already."))
    if not article.words or not article.summary:
        raise Refused(_("Say first what happened, and in one or two sentences what it is about."))
    article.state, article.submitted_at, article.note = State.SUBMITTED, present.now(), ""
    article.save(update_fields=["state", "submitted_at", "note", "changed_at"])
    record(by, "sent in", article)
    consents.ask(article)
    story_notices.send_submitted(article, readers_of(article))


@transaction.atomic
def ask_firms(article: Article, *, by: User) -> list[Company]:
    """Those that were not asked about these words. Returns the firms that can't be: nobody acts for them."""
    lock(article)
    record(by, "asked the firms in", article)
    return consents.ask(article)


@transaction.atomic
def take_back(article: Article, *, by: User) -> None:
    """The author writes on."""
    lock(article)
    if article.is_the_authors:
        return
    if article.state != State.SUBMITTED:
        raise Refused(_("It is published already. Ask a coordinator to withdraw it."))
    article.state = State.DRAFT
    article.save(update_fields=["state", "changed_at"])
    record(by, "took back", article)


@transaction.atomic
def give_back(article: Article, note: str, *, by: User) -> None:
    """To the author, with what is missing."""
    lock(article)
    if article.state == State.RETURNED and article.note == note:
        return
    if article.state != State.SUBMITTED:
        raise Refused(_("Only what was sent in can be given back."))
    if article.author is None:
        raise Refused(_("Its author is gone. Mend it yourself, or leave it."))
    article.state, article.note = State.RETURNED, note
    article.save(update_fields=["state", "note", "changed_at"])
    record(by, "gave back", article, note)
    story_notices.send_given_back(article)


@transaction.atomic
def publish(article: Article, *, by) -> None:
    """Everybody sees it from now on. An article published before keeps its date."""
    lock(article)
    if article.state == State.PUBLISHED:
        return
    if not article.words:
        raise Refused(_("There are no words in it yet."))
    missing = consents.missing(article)
    if missing:
        names = ", ".join(company.name for company in missing)
        raise Refused(
            ngettext(
                "%(names)s has not agreed to be named. "
                "Ask, wait for the answer, or take the name out of the text and the list.",
                "%(names)s have not agreed to be named. "
                "Ask, wait for the answer, or take the name out of the text and the list.",
                len(missing),
            )
            % {"names": names}
        )
    article.state = State.PUBLISHED
    article.published_at = article.published_at or present.now()
    article.save(update_fields=["state", "published_at", "changed_at"])
    record(by, "published", article)
    story_notices.send_published(article, by)


@transaction.atomic
def withdraw(article: Article, *, by) -> None:
    """Nobody but its author and the coordinators sees it any more."""
    lock(article)
    if article.state != State.PUBLISHED:
        return
    article.state = State.DRAFT
    article.save(update_fields=["state", "changed_at"])
    record(by, "withdrew", article)


def lock(article: Article) -> None:
    """Nobody else acts on it, or answers for a firm in it, until we are through; what they did before, we see."""
    locking = Article.objects.select_for_update(of=["self"], no_key=True)
    article.refresh_from_db(from_queryset=locking.select_related("association", "author", "company"))


def record(by, verb: str, article: Article, note: str = "") -> None:
    """For the officers of the association, and of each of its clusters."""
    trail.record(by, verb, article, association=article.association, note=note)
    for cluster in article.clusters.all():
        trail.record(by, verb, article, cluster=cluster, note=note)


def readers_of(article: Article) -> list[User]:
    """Who looks after it: the coordinators of its clusters, else the officers of its association."""
    clusters = article.clusters.select_related("association")
    found = [user for cluster in clusters for user in coordinators_of(cluster)]
    if not clusters:
        offices = Officer.objects.current().filter(association=article.association)
        found = list(User.objects.filter(is_active=True, offices__in=offices).order_by("pk"))
    return list(dict.fromkeys(found))


def unused_slug(title: str) -> str:
    base = slugify(title)[:80].strip("-") or "story"
    taken = set(Article.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    taken |= ADDRESSES_OF_PAGES
    return next(
        slug for slug in chain([base], (f"{base}-{number}" for number in count(2))) if slug not in taken
    )


# --- its picture ----------------------------------------------------------------------------------------------
def put_picture(article: Article, sizes: Sizes, description: str) -> ArticlePicture:
    """Instead of the one it had."""
    with authors_hand(article):
        _delete_pictures(article)
        picture = ArticlePicture(article=article, description=description)
        picture.store(sizes)
    return picture


def remove_picture(article: Article) -> None:
    with authors_hand(article):
        _delete_pictures(article)


def _delete_pictures(article: Article) -> None:
    for picture in ArticlePicture.objects.filter(article=article):
        picture.delete()
