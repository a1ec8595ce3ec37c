"""The archive of presentations, and the files in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import F, QuerySet
from django.http import FileResponse, Http404, QueryDict
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clusters.addresses import address
from clusters.bounded import BoundedPaginator
from clusters.brands import brand_of
from clusters.models import Association
from clusters.onlookers import kept_for_all_like, onlooker_of
from clusters.searching import asked_for
from clusters.visitors_pages import same_for_visitors
from meetings.models import Presentation
from meetings.slides.archive import (
    MOST_ALIKE,
    alike,
    archive,
    by_likeness,
    choices,
    narrow,
    place_in,
    up_to,
    with_places,
    with_words,
)

PER_PAGE = 20
WHOLE = ["company", "presenter", "meeting__cluster__association", "meeting__association"]
SHOWN = ["uid", "title", "file", "picture", "link", "format", "size", "audience", "presenter_name"]
SHOWN += ["presenter__name", "company__name", "company__slug", "meeting__starts_at"]
SHOWN += ["meeting__cluster__name", "meeting__cluster__association__time_zone"]
SHOWN += ["meeting__association__name", "meeting__association__time_zone"]
FILTERS = ["cluster", "theme", "topic", "firm", "year"]
CONTENT_TYPES = {
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


class ListPage(NamedTuple):
    """All but the frame."""

    number: int
    is_narrowed: bool
    main: SafeString


@login_not_required
@require_safe
@same_for_visitors("q", "page", *FILTERS)
def presentation_list(request):
    """The published ones that the reader may see, with ?q=, the filters and ?page=."""
    user, asked, here = request.user, request.GET, request.site_association and request.site_association.pk
    make = partial(written_list, asked, here)
    like = partial(onlooker_of, user, Presentation.objects.published())
    page = make(user) if asked else kept_for_all_like(user, like, ("archive in parts", here), make)
    context = {"list": page, "query": asked_for(asked.get("q", ""))}
    return render(request, "meetings/archive/list.html", context)


def written_list(asked: QueryDict, here: int | None, user) -> ListPage:
    """What `asked` says of it. `here`: the number of the association whose site it is."""
    association = Association.objects.get(pk=here) if here else None
    rows = archive(user, association)
    can_choose = choices(rows, user, association)
    query = asked_for(asked.get("q", ""))
    wanted = {name: asked.get(name, "") for name in FILTERS}
    pages, look, is_near = look_for(narrow(up_to(rows, can_choose.newest), wanted), query)
    page = pages.get_page(asked.get("page"))
    talks = whole(page.object_list, look)
    if query and not is_near:
        talks = with_places(talks, query)
    shown = {
        "cluster_word": brand_of(association, on_own_host=False).cluster_word,
        "signed_in": user.is_authenticated,
        "parameters": asked,
        "here": "?".join(filter(None, [address("meetings:presentation-list"), asked.urlencode()])),
        "query": query,
        "wanted": wanted,
        "is_narrowed": any(wanted.values()),
        "choices": can_choose,
        "page": page,
        "is_near": is_near,
        "rows": [(talk, place_in(talk)) for talk in talks],
    }
    main = render_to_string("meetings/archive/_main.html", shown)
    return ListPage(page.number, any(wanted.values()), main)


class Found(BoundedPaginator):
    """By words. Nobody reads on so far, and each row that is counted has to be looked into."""

    most = 500


class NearlyFound(BoundedPaginator):
    most = MOST_ALIKE


def look_for(rows: QuerySet, query: str) -> tuple[BoundedPaginator, Callable, bool]:
    """The pages of what has these words, and how they were looked for; if nothing has, of what is nearly so, and True.

    Words that are nearly everywhere say little of what fits best, and ranking reads every row.
    """
    if not query:
        return BoundedPaginator(newest(rows), PER_PAGE), newest, False
    having = with_words(rows, query)
    pages = Found(having, PER_PAGE)
    if pages.goes_on:
        pages.object_list = newest(having)
        return pages, newest, False
    if pages.count:
        return pages, partial(with_words, words=query), False
    return NearlyFound(alike(rows, query), PER_PAGE), partial(by_likeness, words=query), True


def newest(rows: QuerySet) -> QuerySet:
    return rows.order_by("-meeting__starts_at", "pk")


def whole(found: QuerySet | list[int], look: Callable) -> QuerySet:
    """Those on a page with all that it shows, in the same order; joined when it is known which they are."""
    rows = found.values("pk") if isinstance(found, QuerySet) else found
    return look(Presentation.objects.filter(pk__in=rows).select_related(*WHOLE).only(*SHOWN))


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def presentation_file(request, uid):
    """A download, never a page of this site: slides come from outside."""
    presentation = get_object_or_404(Presentation.objects.visible_to(request.user), uid=uid)
    response = file_response(presentation, as_attachment=True)
    Presentation.objects.filter(pk=presentation.pk).update(downloads=F("downloads") + 1)
    return response


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def presentation_view(request, uid):
    """A PDF in the browser's own viewer. Sandboxed, it has no part in this site; scripts were refused before."""
    visible = Presentation.objects.visible_to(request.user)
    presentation = get_object_or_404(visible, uid=uid, format=Presentation.Format.PDF)
    return file_response(presentation, as_attachment=False)


def file_response(presentation: Presentation, *, as_attachment: bool) -> FileResponse:
    try:
        file = presentation.file.open("rb")
    except (FileNotFoundError, ValueError) as missing:  # ValueError: a talk without a file
        raise Http404 from missing
    form = presentation.format
    name = f"{slugify(presentation.title) or 'slides'}.{form}"
    response = FileResponse(
        file, as_attachment=as_attachment, filename=name, content_type=CONTENT_TYPES[form]
    )
    response["Content-Security-Policy"] = "sandbox"
    return response


@login_not_required
@require_safe
@cache_control(private=True, max_age=3600)
def presentation_picture(request, uid):
    """Its first page, made by us."""
    presentation = get_object_or_404(Presentation.objects.visible_to(request.user), uid=uid)
    try:
        return FileResponse(presentation.picture.open("rb"), content_type="image/webp")
    except (FileNotFoundError, ValueError) as missing:
        raise Http404 from missing
