"""The archive of letters, for the members of the clusters they went to."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clusters.brands import wear
from news.models import Letter

PER_PAGE = 30


@require_safe
def letter_list(request):
    letters = (
        Letter.objects.visible_to(request.user).sent().select_related("cluster", "association", "author")
    )
    page = Paginator(letters.defer("body"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "news/letters/list.html", {"page": page, "nav": "me"})


@require_safe
def letter(request, pk: int):
    letters = Letter.objects.visible_to(request.user).select_related(
        "cluster__association", "association", "author"
    )
    letter = get_object_or_404(letters, pk=pk)
    wear(request, letter.in_association)
    return render(request, "news/letters/letter.html", {"letter": letter, "nav": "me"})
