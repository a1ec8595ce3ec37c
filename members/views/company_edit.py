"""The page of a firm, changed by its lead and deputies."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clusters.editing import what_stayed
from members.company_edits import save_page
from members.company_forms import CompanyEditForm
from members.models import Company


@require_http_methods(["GET", "POST"])
@transaction.atomic
def company_edit(request, slug):
    company = edited_firm(request, slug)
    if request.method == "GET":
        return edit_page(request, CompanyEditForm(instance=company))
    form = CompanyEditForm(request.POST, request.FILES, instance=company)
    if not form.is_valid():
        return edit_page(request, form)
    cleaned = form.cleaned_data
    save_page(
        company,
        by=request.user,
        changed=form.changed_fields,
        logo=cleaned["logo"],
        remove_logo=cleaned.get("remove_logo", False),
    )
    messages.success(request, _("Saved. This is how your page looks now."))
    if stayed := what_stayed([form]):
        messages.info(request, stayed)
    return redirect(company)


def edited_firm(request, slug: str) -> Company:
    """As it is now; nobody else changes it before we are through. 404 for what one may not see, else 403."""
    visible = Company.objects.visible_to(request.user)
    if request.method == "POST":
        visible = Company.objects.filter(pk__in=visible.values("pk")).select_for_update(no_key=True)
    company = get_object_or_404(visible, slug=slug)
    acting = request.user.representations.active().filter(company=company).first()
    if not (acting and acting.answers):
        raise PermissionDenied
    return company


def edit_page(request, form: CompanyEditForm):
    company = Company.objects.select_related("logo").get(pk=form.instance.pk)
    return render(request, "members/company/edit.html", {"form": form, "company": company})
