"""The pages behind the signed links that ask a firm whether an article may name it. Looking changes nothing."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clusters.brands import wear
from clusters.caching import secret_address
from clusters.errors import Refused
from members.companies import answerers_of
from news import consents
from news.forms import RefusalForm
from news.models import Article, Consent


@secret_address
@require_safe
def consent(request, token: str):
    return consent_page(request, token)


@secret_address
@require_POST
def consent_agree(request, token: str):
    return answer(request, token, Consent.State.AGREED)


@secret_address
@require_POST
def consent_refuse(request, token: str):
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return consent_page(request, token, form=form)
    return answer(request, token, Consent.State.REFUSED, note=form.cleaned_data["note"])


def answer(request, token: str, state, note: str = ""):
    found = consents.read_token(token)
    if found is None or why_not(request, *found):
        return consent_page(request, token)
    one, _, user = found
    try:
        consents.answer(one, state, by=user, note=note)
    except Refused as refusal:
        return consent_page(request, token, refusal=str(refusal))
    return redirect("news:consent", token)


def why_not(request, one: Consent, version: int, user) -> str:
    """Why the link may not answer any more."""
    if request.user.is_authenticated and request.user != user:
        return "somebody-else"
    if user not in answerers_of(one.company):
        return "not-acting"
    if one.article.state == Article.State.PUBLISHED:
        return "published"
    return "older" if version != one.version else ""


def consent_page(request, token: str, *, refusal: str = "", form=None):
    found = consents.read_token(token)
    reason = why_not(request, *found) if found else "broken"
    if found is None or reason in ("somebody-else", "not-acting"):
        return render(request, "news/stories/closed_link.html", {"why_not": reason})
    one = found[0]
    wear(request, one.article.association)
    context = {
        "token": token,
        "consent": one,
        "article": one.article,
        "why_not": reason,
        "refusal": refusal,
        "form": form or RefusalForm(),
        "picture": getattr(one.article, "picture", None),
    }
    return render(request, "news/stories/consent.html", context)
