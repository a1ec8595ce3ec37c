"""What people have asked, sent in or reported, and what has run out: of each cluster and association looked after."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import AskedQuestion, Association, Cluster, Question
from members.models import Drive, Introduction, Report

from .need import AFTERWARDS, ANSWER_TO_AUTHORS, ANSWER_TO_MEMBERS, ANSWER_TO_QUESTIONS, Need, Words


def of_questions(user, most: int) -> Iterator[Need]:
    """One for each that waits: whoever asked it waits as well."""
    waiting = AskedQuestion.objects.managed_by(user).waiting().select_related("cluster", "association")
    for asked in waiting.order_by("asked_at", "pk")[:most]:
        due = timezone.localdate(asked.asked_at) + ANSWER_TO_QUESTIONS
        place = asked.cluster or asked.association or _("The whole site")
        yield Need(place, due, partial(_question, asked))


def _question(asked: AskedQuestion) -> Words:
    return Words(
        _("%(asked_name)s asks: “%(asked)s”") % {"asked_name": asked.name, "asked": asked},
        _("Answer"),
        reverse("admin:clusters_askedquestion_change", args=[asked.pk]),
    )


def of_reviews(user, today: date) -> Iterator[Need]:
    """One for each place with answers to be read again."""
    due = Question.objects.managed_by(user).due_for_review(today).select_related("cluster", "association")
    places: dict[Cluster | Association | str, list[Question]] = {}
    for entry in due.order_by("review_on", "pk"):
        places.setdefault(entry.cluster or entry.association or _("The whole site"), []).append(entry)
    for place, entries in places.items():
        yield Need(place, cast(date, entries[0].review_on), partial(_reviews, entries))


def _reviews(entries: list[Question]) -> Words:
    number = len(entries)
    sentence = ngettext(
        "“%(question)s” is to be read again.",
        "%(number)s of the questions and answers are to be read again.",
        number,
    ) % {"question": entries[0], "number": number}
    return Words(sentence, _("Read again"), f"{reverse('admin:clusters_question_changelist')}?review=due")


def of_drives(user, now: datetime) -> Iterator[Need]:
    """Drives whose last day has passed and that nobody has closed."""
    running = Drive.objects.managed_by(user).running().filter(end__lt=timezone.localdate(now))
    for drive in running.select_related("association", "cluster__association"):
        if drive.moments[1] <= now:
            yield Need(drive.organiser, drive.end + AFTERWARDS, partial(_drive, drive))


def _drive(drive: Drive) -> Words:
    sentence = _("“%(drive)s” ended on %(day)s. Closed, its figures stay as they are.") % {
        "drive": drive,
        "day": date_format(drive.end, "MONTH_DAY_FORMAT"),
    }
    return Words(sentence, _("Close it"), reverse("admin:members_drive_act", args=[drive.pk, "close"]))


def of_stories(user, most: int) -> Iterator[Need]:
    """What members have sent in. Articles are a layer above: the reverse relation of an association leads to them."""
    articles: Any = Association.articles.rel.related_model
    waiting = articles.objects.managed_by(user).waiting().select_related("association")
    for article in waiting[:most]:
        since = timezone.localdate(article.submitted_at)
        yield Need(article.association, since + ANSWER_TO_AUTHORS, partial(_story, article, since))


def _story(article, since: date) -> Words:
    return Words(
        _("“%(article)s” was sent in on %(day)s and waits to be read.")
        % {"article": article, "day": date_format(since, "MONTH_DAY_FORMAT")},
        _("Read it"),
        reverse("admin:news_article_change", args=[article.pk]),
    )


def of_introductions(user, most: int) -> Iterator[Need]:
    """Firms wait to be passed on to others."""
    waiting = Introduction.objects.filter(
        state=Introduction.State.REQUESTED, cluster__in=Cluster.objects.managed_by(user)
    )
    for one in waiting.select_related("asker", "asked", "cluster").order_by("asked_at", "pk")[:most]:
        since = timezone.localdate(one.asked_at)
        yield Need(one.cluster, since + ANSWER_TO_MEMBERS, partial(_introduction, one, since))


def _introduction(one: Introduction, since: date) -> Words:
    sentence = _("%(asker)s would like to meet %(asked)s, since %(day)s.") % {
        "asker": one.asker,
        "asked": one.asked,
        "day": date_format(since, "MONTH_DAY_FORMAT"),
    }
    url = reverse("admin:members_introduction_change", args=[one.pk])
    return Words(sentence, _("Pass it on, or not"), url)


def of_reports(user, most: int) -> Iterator[Need]:
    reports = Report.objects.managed_by(user).open().order_by("at", "pk")
    for report in reports.select_related("company", "cluster", "association")[:most]:
        since = timezone.localdate(report.at)
        place = report.cluster or report.association
        yield Need(place, since + ANSWER_TO_MEMBERS, partial(_report, report, since))


def _report(report: Report, since: date) -> Words:
    sentence = _("%(company)s reported something on %(day)s.") % {
        "company": report.company,
        "day": date_format(since, "MONTH_DAY_FORMAT"),
    }
    return Words(sentence, _("Look at it"), reverse("admin:members_report_change", args=[report.pk]))
