"""The directory of member firms."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.limits import slowed
from clusters.searching import asked_for
from clusters.visitors_pages import same_for_visitors
from members import directory
from members.contact_fields import Shown, contact_fields, is_member


@login_not_required
@require_safe
@same_for_visitors("q", "page", *directory.FILTERS)
@slowed
def company_list(request):
    """With ?q=, the filters of `directory.FILTERS`, and ?page=."""
    words = asked_for(request.GET.get("q", ""))
    wanted = {name: request.GET.get(name, "") for name in directory.FILTERS}
    found = directory.listing(words, wanted, request.site_association)
    page = found.pages.get_page(request.GET.get("page"))
    near = Shown.MEMBERS if is_member(request.user) else Shown.PUBLIC
    firms = directory.firms(page.object_list, "" if found.is_near else words)
    for firm in firms:
        firm.contact = contact_fields(firm, near)
    context = {
        "words": words,
        "wanted": wanted,
        "found": found,
        "page": page,
        "firms": firms,
        "options": found.options,
        "in_use": filters_in_use(wanted, found.options),
    }
    return render(request, "members/directory/list.html", context)


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
