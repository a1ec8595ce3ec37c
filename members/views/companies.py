"""The page of a firm, its card, its logo and the picture that goes with a shared link."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clusters import present
from clusters.brands import wear
from clusters.images import served
from clusters.limits import slowed
from clusters.views.share_pictures import EVERYBODY, picture_response, shared
from clusters.visitors_pages import same_for_visitors
from members import firm_pages, take_over
from members.contact_fields import contact_fields, nearness
from members.models import Company, CompanyLogo, Representative
from members.vcards import vcard

A_DAY = 86_400


@login_not_required
@require_safe
@same_for_visitors()
@slowed
def company(request, slug):
    try:
        company = firm_for(request.user, slug)
    except Http404:
        return render(request, "members/company/gone.html", status=404)
    memberships = firm_pages.memberships_of(company)
    association = firm_pages.association_of(memberships)
    if association:
        wear(request, association)
    picture = firm_pages.share_picture_of(company, memberships)
    listed = company.representatives.active().filter(listed=True).select_related("user")
    articles = company.articles.visible_to(request.user).published().defer("body")
    context = {
        "company": company,
        "memberships": memberships,
        "contact": contact_fields(company, nearness(request.user, company)),
        "people": sorted(listed, key=lambda one: list(Representative.Role).index(one.role)),
        "lines": firm_pages.lines_of(company, request.user),
        "articles": articles[:3],
        "linked": firm_pages.linked_data(company, memberships),
        "share_picture": shared(picture, "members:company-share-picture", company.slug) if picture else None,
        **whose(request.user, company),
    }
    return render(request, "members/company/page.html", context)


def firm_for(user, slug: str) -> Company:
    return get_object_or_404(Company.objects.visible_to(user).select_related("logo"), slug=slug)


def whose(user, company: Company) -> dict:
    """What the viewer is to the firm."""
    if user.is_anonymous:
        return {"own": None, "is_managed": False, "may_take_over": False}
    own = user.representations.active().filter(company=company).first()
    managed = user.is_staff and Company.objects.managed_by(user).filter(pk=company.pk).exists()
    may_take_over = own is None and take_over.may_take_over(user, company)
    return {"own": own, "is_managed": managed, "may_take_over": may_take_over}


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def company_card(request, slug):
    """For an address book: what the viewer may see."""
    company = firm_for(request.user, slug)
    card = vcard(company, contact_fields(company, nearness(request.user, company)), present.now())
    response = HttpResponse(card, content_type="text/vcard; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{company.slug}.vcf"'
    return response


@login_not_required
@require_safe
@cache_control(private=True, max_age=A_DAY)
def company_logo(request, uid, size):
    """What stands here never changes: another logo has another address."""
    return served(CompanyLogo.objects.visible_to(request.user), uid, size)


@login_not_required
@require_safe
def company_share_picture(request, slug, version):
    company = firm_for(EVERYBODY, slug)
    picture = firm_pages.share_picture_of(company, firm_pages.memberships_of(company))
    if picture is None:
        raise Http404
    return picture_response(picture, "members:company-share-picture", slug, version)
