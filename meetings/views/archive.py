"""The archive of presentations, and the files in it."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.db.models import F
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
from clusters.searching import asked_for, filled_in
from clusters.visitors_pages import same_for_visitors
from meetings.models import Presentation
from meetings.slides.archive import MOST_ALIKE, Search, choices

PER_PAGE = 20
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
    user, here = request.user, request.site_association and request.site_association.pk
    asked = filled_in(request.GET)
    make = partial(written_list, asked, here)
    like = partial(onlooker_of, user, Presentation.objects.published())
    page = make(user) if asked else kept_for_all_like(user, like, ("archive in parts", here), make)
    context = {"list": page, "query": asked_for(asked.get("q", ""))}
    return render(request, "meetings/archive/list.html", context)


def written_list(asked: QueryDict, here: int | None, user) -> ListPage:
    """What `asked` says of it. `here`: the number of the association whose site it is."""
    association = Association.objects.get(pk=here) if here else None
    can_choose = choices(user, association)
    query = asked_for(asked.get("q", ""))
    wanted = {name: asked.get(name, "") for name in FILTERS}
    search = Search(user, association, can_choose.newest, wanted)
    pages, is_near = look_for(search, query)
    page = pages.get_page(asked.get("page"))
    words = "" if is_near else query
    chosen = page.object_list
    look = search.newest if isinstance(chosen, range) else search.of_numbers
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
        "rows": look(chosen, words),
    }
    main = render_to_string("meetings/archive/_main.html", shown)
    return ListPage(page.number, any(wanted.values()), main)


class Found(BoundedPaginator):
    """By words. Nobody reads on so far, and each row that is counted has to be looked into."""

    most = 500


class NearlyFound(BoundedPaginator):
    most = MOST_ALIKE


def look_for(search: Search, query: str) -> tuple[BoundedPaginator, bool]:
    """The pages of what has these words; if nothing has, of what is nearly so, and True. They are made of numbers of
    talks, or of a range of places among the newest.

    Words that are nearly everywhere say little of what fits best, and ranking reads every row.
    """
    if not query:
        return BoundedPaginator(range(search.number(BoundedPaginator.most)), PER_PAGE), False
    number, best = search.best(query, Found.most)
    if number > Found.most:
        return Found(range(number), PER_PAGE), False
    if best:
        return Found(best, PER_PAGE), False
    return NearlyFound(search.alike(query), PER_PAGE), True


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
