"""The people of a firm: who acts for it, who is asked to, and how one takes that up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clusters.errors import Refused
from members import colleagues, representation, take_over
from members.company_forms import AboutMeForm, InvitationForm
from members.models import ColleagueInvitation, Company, Representative


# --- the page ------------------------------------------------------------------------------------------
@require_safe
def company_people(request, slug):
    own = own_place(request.user, slug)
    return people_page(request, own, InvitationForm(), AboutMeForm(instance=own))


def own_place(user, slug: str) -> Representative:
    """What the person is in a firm they act for: 404 for firms they may not see, 403 for those of others."""
    company = get_object_or_404(Company.objects.visible_to(user), slug=slug)
    own = user.representations.active().filter(company=company).first()
    if own is None:
        raise PermissionDenied
    own.company = company
    return own


def people_page(request, own: Representative, form: InvitationForm, about: AboutMeForm):
    acting = own.company.representatives.active().select_related("user")
    context = {
        "company": own.company,
        "own": own,
        "leads": own.role == Representative.Role.LEAD,
        "people": sorted(acting, key=lambda one: (list(Representative.Role).index(one.role), one.since)),
        "invitations": own.company.colleague_invitations.open() if own.answers else [],
        "form": form,
        "about": about,
    }
    return render(request, "members/company/people.html", context)


@require_POST
def company_invite(request, slug):
    own = own_place(request.user, slug)
    if not own.answers:
        raise PermissionDenied
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            sent = colleagues.invite(own.company, form.cleaned_data["email"], by=request.user)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("A link is on its way to %(email)s.") % {"email": sent.email})
            return redirect("members:company-people", slug)
    return people_page(request, own, form, AboutMeForm(instance=own))


@require_POST
def colleague_withdraw(request, pk):
    invitation = get_object_or_404(ColleagueInvitation.objects.visible_to(request.user), pk=pk)
    own = own_place(request.user, invitation.company.slug)
    if not own.answers:
        raise PermissionDenied
    try:
        colleagues.withdraw(invitation, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The link to %(email)s no longer works.") % {"email": invitation.email})
    return redirect("members:company-people", invitation.company.slug)


# --- one person ------------------------------------------------------------------------------------------
def colleague(request, pk, *, or_oneself: bool = False) -> Representative:
    """Somebody of a firm that one leads; or oneself, where the act is everybody's own."""
    visible = Representative.objects.visible_to(request.user).select_related("company", "user")
    found = get_object_or_404(visible, pk=pk)
    leading = request.user.representations.active().filter(role=Representative.Role.LEAD)
    if or_oneself and found.user == request.user:
        return found
    if not leading.filter(company=found.company).exists():
        raise PermissionDenied
    return found


def done(request, act, sentence: str, company: Company):
    """Do it, and say so, or why not."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, sentence)
    if company.representatives.active().filter(user=request.user).exists():
        return redirect("members:company-people", company.slug)
    return redirect("members:me")


@require_POST
def representative_lead(request, pk):
    one = colleague(request, pk)
    said = _("%(person)s leads %(company)s now. You are its deputy.") % {
        "person": one.user,
        "company": one.company,
    }
    return done(request, lambda: representation.hand_over(one, by=request.user), said, one.company)


@require_POST
def representative_deputy(request, pk):
    """With ?deputy= empty, a colleague again."""
    one, deputy = colleague(request, pk), bool(request.POST.get("deputy"))
    sentence = _("%(person)s is a deputy now.") if deputy else _("%(person)s is a colleague now.")
    said = sentence % {"person": one.user}
    return done(request, lambda: representation.set_deputy(one, deputy, by=request.user), said, one.company)


@require_POST
def representative_end(request, pk):
    one = colleague(request, pk, or_oneself=True)
    sentence = (
        _("You no longer act for %(company)s.")
        if one.user == request.user
        else _("%(person)s no longer acts for %(company)s.")
    )
    said = sentence % {"person": one.user, "company": one.company}
    return done(request, lambda: representation.end(one, by=request.user), said, one.company)


@require_POST
def representative_about(request, pk):
    own = get_object_or_404(request.user.representations.active().select_related("company"), pk=pk)
    about = AboutMeForm(request.POST, instance=own)
    if not about.is_valid():
        return people_page(request, own, InvitationForm(), about)
    representation.introduce(about.save(commit=False), consents="listed" in about.changed_data)
    said = (
        _("You are named on your firm’s page.") if own.listed else _("Your name is not on your firm’s page.")
    )
    messages.success(request, said)
    return redirect("members:company-people", own.company.slug)


# --- invitations and take-overs ---------------------------------------------------------------------------
@login_not_required
@never_cache
@require_safe
def colleague_invitation(request, token):
    found = colleagues.read_token(token)
    why_not = colleagues.why_not(found, request.user) if found else ""
    context = {"token": token, "invitation": found, "why_not": why_not}
    response = render(
        request, "members/company/colleague_invitation.html", context, status=200 if found else 404
    )
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@require_POST
def colleague_accept(request, token):
    found = colleagues.read_token(token)
    if found is None:
        raise Http404
    try:
        colleagues.accept(found, request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("members:colleague-invitation", token)
    messages.success(request, _("You act for %(company)s now.") % {"company": found.company})
    return redirect("members:company-people", found.company.slug)


@require_POST
def company_take_over(request, slug):
    company = get_object_or_404(Company.objects.visible_to(request.user), slug=slug)
    try:
        take_over.ask(request.user, company)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(company)
    messages.success(request, _("A coordinator has your wish and answers by email."))
    return redirect("members:me")
