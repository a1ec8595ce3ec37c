"""My turns: what one's firms have agreed to, are asked for and offer. Leads and deputies act, colleagues look."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters import present, trail
from clusters.brands import wear
from clusters.errors import Refused
from meetings.models import Duty, RotaOffer, SwapRequest, Unavailability, Venue
from meetings.registration import registrations
from meetings.turns import absences, duties, swaps, turns
from meetings.turns.duties import State
from meetings.turns.forms import AbsenceForm, NoteForm, OffersForm, RoomForm, ShowcaseForm, SwapForm
from meetings.turns.standing_offers import set_offers
from meetings.views.turn_links import said_of_showcase
from members.companies import answered_by
from members.models import Company, Membership

OF_MEETING = ["company", "meeting__cluster__association", "meeting__association", "meeting__venue"]
PAST_SHOWN = 12
SHOWN_OF_PAST = ["role", "company__name", "meeting__title", "meeting__starts_at", "meeting__cluster__name"]
SHOWN_OF_PAST += ["meeting__cluster__association__time_zone"]
SHOWN_OF_PAST += ["meeting__association__name", "meeting__association__time_zone"]


@require_safe
def my_turns(request):
    return my_turns_page(request)


def my_turns_page(request, absence_form: AbsenceForm | None = None):
    firms = list(Company.objects.represented_by(request.user))
    answering = answered_by(request.user)
    ours = Duty.objects.filter(company__in=firms, state__in=[State.OFFERED, State.ACCEPTED])
    rows = ours.filter(meeting__ends_at__gt=present.now()).select_related(*OF_MEETING)
    ahead = with_showcases(rows.order_by("meeting__starts_at", "role"))
    absences = Unavailability.objects.filter(company__in=firms, end__gte=present.today())
    offers = standing_offers(firms)
    associations = {membership.cluster.association for membership in offers}
    if len(associations) == 1 and request.site_association is None:
        wear(request, associations.pop())
    context = {
        "firms": firms,
        "may_answer": {firm.pk for firm in answering},
        "offered": [duty for duty in ahead if duty.state == State.OFFERED],
        "agreed": [duty for duty in ahead if duty.state == State.ACCEPTED],
        "past": past_turns(firms),
        "swaps": our_swaps(firms),
        "offers": offers,
        "rooms": Venue.objects.filter(company__in=firms).select_related("cluster"),
        "absences": absences.select_related("company"),
        "absence_form": absence_form or AbsenceForm(companies=answering) if answering else None,
        "note_form": NoteForm(),
    }
    return render(request, "meetings/turns/my_turns.html", context)


def past_turns(firms: list[Company]):
    """The last ones."""
    rows = Duty.objects.filter(company__in=firms, state=State.FULFILLED)
    rows = rows.select_related("company", "meeting__cluster__association", "meeting__association")
    return rows.only(*SHOWN_OF_PAST).order_by("-meeting__starts_at")[:PAST_SHOWN]


def with_showcases(duties) -> list[Duty]:
    """Each with `showcase`, the agenda's item of the chair, and `open_swap`, what is asked of others."""
    rows = list(duties.prefetch_related("meeting__agenda", "swap_requests"))
    for duty in rows:
        mine = [item for item in duty.meeting.agenda.all() if item.kind == "showcase"]
        duty.showcase = mine[0] if mine and duty.role == Duty.Role.CHAIR else None
        duty.open_swap = next((one for one in duty.swap_requests.all() if one.state == "open"), None)
    return rows


def our_swaps(firms: list[Company]) -> list[SwapRequest]:
    """Open ones asked of us or by us, and taken ones that can still be undone. `asked_of` are the firms of ours."""
    now, pks = present.now(), {firm.pk for firm in firms}
    rows = SwapRequest.objects.filter(duty__meeting__ends_at__gt=now, state__in=["open", "taken"])
    ours = rows.filter(Q(duty__company__in=pks) | Q(asked__in=pks) | Q(taken_by__in=pks)).order_by()
    numbers = set(ours.values_list("pk", flat=True))
    if not numbers:  # as nearly always
        return []
    rows = (
        SwapRequest.objects.filter(pk__in=numbers)
        .select_related(*(f"duty__{name}" for name in OF_MEETING), "taken_by", "new_duty__company")
        .prefetch_related("asked")
    )
    found = []
    for row in rows.order_by("duty__meeting__starts_at", "pk"):
        row.asked_of = [firm for firm in row.asked.all() if firm.pk in pks]
        row.is_ours = row.duty.company_id in pks
        row.until = swaps.undo_until(row) if swaps.can_undo(row, now) else None
        if row.state == "open" or (row.until and (row.is_ours or row.taken_by_id in pks)):
            found.append(row)
    return found


def standing_offers(firms: list[Company]) -> list[Membership]:
    """The memberships of the firms, each with the offers made there."""
    offers = list(RotaOffer.objects.filter(company__in=firms).select_related("venue"))
    rows = (
        Membership.objects.active()
        .filter(company__in=firms)
        .select_related("company", "cluster__association")
    )
    memberships = list(rows.order_by("cluster__name", "company__name"))
    for row in memberships:
        made = [one for one in offers if (one.company_id, one.cluster_id) == (row.company_id, row.cluster_id)]
        row.chairs = next((one for one in made if one.role == Duty.Role.CHAIR), None)
        row.hosts = next((one for one in made if one.role == Duty.Role.HOST), None)
    return memberships


# --- whose is it? -------------------------------------------------------------------------------------
def own_duty(request, pk: int) -> Duty:
    """A turn of a firm one acts for. 404 for other firms' turns, 403 for who may only look."""
    own = Duty.objects.filter(company__in=Company.objects.represented_by(request.user))
    duty = get_object_or_404(own.exclude(state=State.PROPOSED).select_related(*OF_MEETING), pk=pk)
    refuse_colleague(request.user, duty.company)
    wear(request, duty.meeting.in_association)
    return duty


def own_membership(request, pk: int) -> Membership:
    own = Membership.objects.active().filter(company__in=Company.objects.represented_by(request.user))
    membership = get_object_or_404(own.select_related("company", "cluster__association"), pk=pk)
    refuse_colleague(request.user, membership.company)
    wear(request, membership.cluster.association)
    return membership


def own_swap(user, pk: int) -> SwapRequest:
    """One that one's firm asks for, is asked for, or took."""
    own = Company.objects.represented_by(user)
    rows = SwapRequest.objects.filter(Q(duty__company__in=own) | Q(asked__in=own) | Q(taken_by__in=own))
    rows = rows.select_related(*(f"duty__{name}" for name in OF_MEETING)).distinct()
    return get_object_or_404(rows, pk=pk)


def refuse_colleague(user, company: Company) -> None:
    if not answered_by(user).filter(pk=company.pk).exists():
        raise PermissionDenied(_("A lead or deputy of your firm answers for its turns."))


def sent(request):
    """What a form was filled with; of boxes all left empty, too."""
    return request.POST if request.method == "POST" else None


def do(request, act, done: str):
    """Do one act, say what came of it, and go back to the list."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("meetings:my-turns")


# --- turns --------------------------------------------------------------------------------------------
@require_POST
def my_turn_accept(request, pk: int):
    duty = own_duty(request, pk)
    return do(
        request,
        lambda: turns.accept(duty, by=request.user, version=version_read(request)),
        _("Thank you. %(company)s will %(do)s.") % {"company": duty.company, "do": duty.do},
    )


@require_POST
def my_turn_decline(request, pk: int):
    duty = own_duty(request, pk)
    note = request.POST.get("note", "")[:300].replace("\0", "")
    return do(
        request,
        lambda: turns.decline(duty, by=request.user, note=note, version=version_read(request)),
        _("All right, not this time. You come next, and the next firm is being asked."),
    )


def version_read(request) -> int | None:
    """Of the turn as the page showed it."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdecimal() else None


@require_http_methods(["GET", "POST"])
@transaction.atomic
def my_turn_showcase(request, pk: int):
    duty = own_duty(request, pk)
    if request.method == "POST":
        duties.lock(duty)
    showcase = turns.showcase_of(duty)
    if showcase is None:
        messages.error(request, _("There is no showcase to name for this turn."))
        return redirect("meetings:my-turns")
    form = ShowcaseForm(sent(request), instance=showcase)
    if request.method == "POST" and form.is_valid():
        return do(
            request,
            lambda: turns.name_showcase(duty, **form.cleaned_data, by=request.user),
            said_of_showcase(duty),
        )
    context = {"form": form, "duty": duty, "meeting": duty.meeting, "is_out": duty.meeting.editions.exists()}
    return render(request, "meetings/turns/showcase.html", context)


@require_http_methods(["GET", "POST"])
def my_turn_give_back(request, pk: int):
    """Asks first: the next firm is mailed at once."""
    duty = own_duty(request, pk)
    form = NoteForm(sent(request))
    if request.method == "POST" and form.is_valid():
        return do(
            request,
            lambda: turns.give_back(duty, by=request.user, note=form.cleaned_data["note"]),
            _("The turn is given back. The coordinator knows, and the next firm is being asked."),
        )
    return render(
        request, "meetings/turns/give_back.html", {"form": form, "duty": duty, "meeting": duty.meeting}
    )


# --- swaps --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
def my_turn_swap(request, pk: int):
    duty = own_duty(request, pk)
    able = swaps.who_could(duty)
    form = SwapForm(sent(request), able=able)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        return do(
            request,
            lambda: swaps.ask(duty, by=request.user, companies=asked["asked"], note=asked["note"]),
            _("Asked. The first firm that says yes takes the turn; until then it is yours."),
        )
    context = {"form": form, "duty": duty, "meeting": duty.meeting, "able": able}
    return render(request, "meetings/turns/ask_swap.html", context)


@require_POST
def my_swap_take(request, pk: int, company: int):
    swap = own_swap(request.user, pk)
    firm = get_object_or_404(answered_by(request.user), pk=company)
    return do(
        request,
        lambda: swaps.take(swap, firm, by=request.user),
        _("Thank you. %(firm)s will %(do)s.") % {"firm": firm, "do": swap.duty.do},
    )


@require_POST
def my_swap_withdraw(request, pk: int):
    swap = own_swap(request.user, pk)
    refuse_colleague(request.user, swap.duty.company)
    return do(request, lambda: swaps.withdraw(swap, by=request.user), _("You keep your turn."))


@require_POST
def my_swap_undo(request, pk: int):
    swap = own_swap(request.user, pk)
    answering = answered_by(request.user)
    if not answering.filter(pk__in=[swap.duty.company_id, swap.taken_by_id]).exists():
        raise PermissionDenied(_("A lead or deputy of your firm answers for its turns."))
    return do(
        request,
        lambda: swaps.undo(swap, by=request.user),
        _("Undone. %(company)s has its turn again.") % {"company": swap.duty.company},
    )


# --- what we offer, our rooms, our absences -----------------------------------------------------------
@require_http_methods(["GET", "POST"])
def my_offers(request, pk: int):
    """`pk` of the membership."""
    membership = own_membership(request, pk)
    rooms = Venue.objects.filter(company=membership.company, cluster=membership.cluster)
    made = standing_offers([membership.company])
    now = next(row for row in made if row.pk == membership.pk)
    initial = {
        "chair": now.chairs is not None,
        "host": now.hosts is not None,
        "venue": now.hosts.venue if now.hosts else rooms.first(),
        "both_at_once": now.hosts.both_at_once if now.hosts else True,
    }
    form = OffersForm(sent(request), rooms=rooms, initial=initial)
    if request.method == "POST" and form.is_valid():
        return save_offers(request, membership, form.cleaned_data)
    return render(
        request, "meetings/turns/offers.html", {"form": form, "membership": membership, "rooms": rooms}
    )


def save_offers(request, membership: Membership, wanted: dict):
    return do(
        request,
        lambda: set_offers(
            membership.company,
            membership.cluster,
            chair=wanted["chair"],
            host_at=wanted.get("venue") if wanted.get("host") else None,
            both_at_once=wanted.get("both_at_once", True),
            by=request.user,
        ),
        _("Saved. That is what %(company)s offers in %(cluster)s.")
        % {"company": membership.company, "cluster": membership.cluster},
    )


@require_http_methods(["GET", "POST"])
def my_room_add(request, pk: int):
    """A first room in a cluster comes with the offer to host there. `pk` of the membership."""
    membership = own_membership(request, pk)
    room = Venue(company=membership.company, cluster=membership.cluster)
    firm = membership.company
    initial = {"name": firm.name, "address": firm.address, "town": firm.town, "postcode": firm.postcode}
    form = RoomForm(sent(request), instance=room, initial=initial)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            trail.record(request.user, "added", form.save(), cluster=membership.cluster)
        chairs = RotaOffer.objects.filter(company=firm, cluster=membership.cluster, role=Duty.Role.CHAIR)
        wanted = {"chair": chairs.exists(), "host": True, "venue": room}
        return save_offers(request, membership, wanted)
    return render(request, "meetings/turns/room.html", {"form": form, "membership": membership})


@require_http_methods(["GET", "POST"])
def my_room(request, pk: int):
    own = Venue.objects.filter(company__in=Company.objects.represented_by(request.user))
    room = get_object_or_404(own.select_related("company", "cluster__association"), pk=pk)
    refuse_colleague(request.user, room.company)
    wear(request, room.cluster.association)
    form = RoomForm(sent(request), instance=room)
    if request.method == "POST" and form.is_valid():
        return do(
            request,
            lambda: save_room(form, request.user),
            _("Saved. Members read it before they come to %(room)s.") % {"room": room.name},
        )
    return render(request, "meetings/turns/room.html", {"form": form, "room": room})


@transaction.atomic
def save_room(form: RoomForm, by) -> None:
    """In a larger room those who wait get a place."""
    room = form.save()
    trail.record(by, "changed", room, cluster=room.cluster)
    registrations.fill_places_in(room)


@require_POST
def my_absence_add(request):
    form = AbsenceForm(request.POST, companies=answered_by(request.user))
    if not answered_by(request.user).exists():
        raise PermissionDenied(_("A lead or deputy of your firm answers for its turns."))
    if not form.is_valid():
        return my_turns_page(request, form)
    absence = form.save(commit=False)
    absences.note(absence, by=request.user)
    messages.success(request, _("Noted. The rota leaves these days free."))
    in_the_way = absence.company.duties.filter(
        state__in=[State.OFFERED, State.ACCEPTED],
        meeting__starts_at__date__range=(absence.start, absence.end),
    )
    if in_the_way.exists():
        messages.warning(request, _("You have a turn in these days. Swap it or say no to it below."))
    return redirect("meetings:my-turns")


@require_POST
def my_absence_remove(request, pk: int):
    own = Unavailability.objects.filter(company__in=Company.objects.represented_by(request.user))
    absence = get_object_or_404(own.select_related("company"), pk=pk)
    refuse_colleague(request.user, absence.company)
    return do(
        request,
        lambda: absences.take_back(absence, by=request.user),
        _("Taken off. You are there after all."),
    )
