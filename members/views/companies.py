"""The page of a firm, its card, its logo and the picture that goes with a shared link."""

from copy import copy

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clusters import present
from clusters.brands import wear
from clusters.images import served
from clusters.limits import slowed
from clusters.reach import reach_of
from clusters.views.share_pictures import EVERYBODY, picture_response
from clusters.visitors_pages import same_for_visitors
from members import firm_pages, take_over
from members.contact_fields import contact_fields, nearness
from members.models import Company, CompanyLogo
from members.vcards import vcard

A_DAY = 86_400


@login_not_required
@require_safe
@same_for_visitors()
@slowed
def company(request, slug):
    try:
        page = firm_pages.firm_page(request.user, slug)
    except Http404:
        return render(request, "members/company/gone.html", status=404)
    company = copy(page.company)
    association = firm_pages.association_of(page.memberships)
    if association:
        wear(request, association)
    context = {
        "page": page,
        "company": company,
        "memberships": page.memberships,
        "contact": contact_fields(company, nearness(request.user, company)),
        "lines": firm_pages.lines_for(company, request.user),
        "share_picture": page.share_picture,
        **whose(request.user, company),
    }
    return render(request, "members/company/page.html", context)


def whose(user, company: Company) -> dict:
    """What the viewer is to the firm."""
    if user.is_anonymous:
        return {"own": None, "is_managed": False, "may_take_over": False}
    reach = reach_of(user)
    acts = reach is None or company.pk in reach.firms
    own = user.representations.active().filter(company=company).first() if acts else None
    offices = user.is_staff if reach is None else user.is_superuser or reach.managed_clusters
    managed = bool(offices) and Company.objects.managed_by(user).filter(pk=company.pk).exists()
    may_take_over = not (own or (reach and reach.firms)) and take_over.may_take_over(user, company)
    return {"own": own, "is_managed": managed, "may_take_over": may_take_over}


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def company_card(request, slug):
    """For an address book: what the viewer may see."""
    company = firm_pages.firm_for(request.user, slug)
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
    company = firm_pages.firm_for(EVERYBODY, slug)
    picture = firm_pages.share_picture_of(company, firm_pages.memberships_of(company))
    if picture is None:
        raise Http404
    return picture_response(picture, "members:company-share-picture", slug, version)
