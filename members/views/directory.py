"""The directory of member firms."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.brands import brand_of
from clusters.kept_figures import kept
from clusters.limits import slowed
from clusters.models import Association
from clusters.searching import asked_for, filled_in
from clusters.visitors_pages import same_for_visitors
from members import directory
from members.contact_fields import Shown, is_member


class ListPage(NamedTuple):
    """All but the frame."""

    number: int
    is_narrowed: bool
    main: SafeString


@login_not_required
@require_safe
@same_for_visitors("q", "page", *directory.FILTERS)
@slowed
def company_list(request):
    """With ?q=, the filters of `directory.FILTERS`, and ?page=."""
    asked, here = filled_in(request.GET), request.site_association and request.site_association.pk
    near = Shown.MEMBERS if is_member(request.user) else Shown.PUBLIC
    make = partial(written_list, asked, here, near)
    page = make() if asked else kept(("directory in parts", here, near), make)
    context = {"list": page, "words": asked_for(asked.get("q", ""))}
    return render(request, "members/directory/list.html", context)


def written_list(asked: QueryDict, here: int | None, near: Shown) -> ListPage:
    """What `asked` says of it. `here`: the number of the association whose site it is; `near`: as `contact_fields`
    takes it.
    """
    association = Association.objects.get(pk=here) if here else None
    words = asked_for(asked.get("q", ""))
    wanted = {name: asked.get(name, "") for name in directory.FILTERS}
    found = directory.listing(words, wanted, here)
    page = found.pages.get_page(asked.get("page"))
    shown = {
        "cluster_word": brand_of(association, on_own_host=False).cluster_word,
        "parameters": asked,
        "words": words,
        "wanted": wanted,
        "found": found,
        "page": page,
        "firms": directory.firms(page.object_list, "" if found.is_near else words, near),
        "options": found.options,
        "in_use": filters_in_use(wanted, found.options),
    }
    main = render_to_string("members/directory/_main.html", shown)
    return ListPage(page.number, any(wanted.values()), main)


def filters_in_use(wanted: dict[str, str], options: directory.ToChooseFrom) -> list[tuple[str, str]]:
    """The name of each filter that is set, and what it is set to in words."""
    names = {
        name: {value: words for value, words, _ in getattr(options, name)}
        for name in ("cluster", "does", "size", "open")
    }
    said = [(name, names[name].get(wanted[name], wanted[name])) for name in names if wanted[name]]
    return [
        *said,
        *([("from", _("From “%(wanted)s” on") % {"wanted": wanted["from"]})] if wanted["from"] else []),
    ]
