"""Writing to the coordinator of a cluster, or to an association, without seeing an address."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from clusters import limits
from clusters.brands import wear
from clusters.models import Association, Cluster
from members.exchange import contact
from members.exchange.forms import ContactForm

log = logging.getLogger(__name__)


@login_not_required
@never_cache  # the form carries the moment it was handed out
@require_http_methods(["GET", "HEAD", "POST"])
def contact_cluster(request, slug: str):
    clusters = Cluster.objects.visible_to(request.user).select_related("association")
    cluster = get_object_or_404(clusters, slug=slug)
    wear(request, cluster.association)
    return contact_page(request, cluster, cluster.officers)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contact_association(request, slug: str):
    association = get_object_or_404(Association.objects.visible_to(request.user), slug=slug)
    wear(request, association)
    return contact_page(request, association, association.officers)


def contact_page(request, about: Cluster | Association, officers):
    sender = request.user if request.user.is_authenticated else None
    form = ContactForm(request.POST or None, sender=sender)
    context = {
        "about": about,
        "cluster": about if isinstance(about, Cluster) else None,
        "officers": officers.current().select_related("user"),
        "form": form,
        "sender": sender,
    }
    sent = request.method == "POST" and sent_or_dropped(request, about, form)
    return render(request, "members/contact/sent.html" if sent else "members/contact/write.html", context)


def sent_or_dropped(request, about: Cluster | Association, form: ContactForm) -> bool:
    """Whether the person is told that it went. What a machine wrote goes nowhere, and reads the same."""
    if form.is_from_a_machine:
        log.info("A message to %s that a machine wrote was dropped.", about)
        return True
    if not form.is_valid():
        return False
    words = form.words()
    if is_often(request, about, words["email"]):
        form.add_error(None, _("That was often for one hour. Please try again later, or come to a meeting."))
        return False
    contact.send(about, sender=form.sender, **words)
    return True


def is_often(request, about: Cluster | Association, email: str) -> bool:
    """Few an hour from one machine, fewer from one sender, and no flood to one coordinator from many."""
    keys = {"contact": email.lower(), "contact_to": f"{about._meta.label_lower}:{about.pk}"}
    return not all(limits.within(request, action, key=key) for action, key in keys.items())
