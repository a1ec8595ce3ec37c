"""A cluster on the desk: started, put to rest with what becomes of its meetings, and started again."""

from django.contrib import admin
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.admin import ClusterAdmin
from clusters.models import Cluster
from meetings import resting
from meetings.forms import RestForm


def consequences(cluster: Cluster) -> str:
    people = len(resting.people_of(cluster))
    meetings = resting.meetings_ahead(cluster).count()
    hear = ngettext(
        "Members stay members, and one person hears of it by mail, once.",
        "Members stay members, and %(number)s people hear of it by mail, once.",
        people,
    ) % {"number": people}
    ahead = ngettext("One meeting is ahead.", "%(number)s meetings are ahead.", meetings) % {
        "number": meetings
    }
    sentences = [
        gettext("Its page says that it rests and whom to ask; nobody new can join."),
        hear,
        ahead if meetings else gettext("No meeting is ahead."),
        gettext("You can start it again any day."),
    ]
    return " ".join(sentences)


def wakes(cluster: Cluster) -> str:
    if cluster.state == Cluster.State.FORMING:
        return gettext("It is listed as active. Nobody is mailed; plan its first meetings next.")
    people = len(resting.people_of(cluster))
    return ngettext(
        "Firms can join again, and %(number)s person is told by mail, once.",
        "Firms can join again, and %(number)s people are told by mail, once.",
        people,
    ) % {"number": people}


@admin.register(Cluster)
class ClusterDesk(ObjectActs, ClusterAdmin):
    acts = ["start", "rest"]

    def form_for(self, request, row, spec, data=None):
        if spec.form is RestForm:
            return RestForm(data, meets=resting.meetings_ahead(row).exists())
        return super().form_for(request, row, spec, data)

    @act(_("Start meeting"), shown=lambda cluster: cluster.state != Cluster.State.ACTIVE, confirm=wakes)
    def start(self, request, cluster, form):
        resting.start(cluster, by=request.user)
        return gettext("%(cluster)s is active. Firms can join. Plan its meetings ahead next.") % {
            "cluster": cluster
        }

    @act(
        _("Put to rest"),
        shown=lambda cluster: cluster.state != Cluster.State.RESTING,
        form=RestForm,
        confirm=consequences,
        danger=True,
    )
    def rest(self, request, cluster, form):
        told = resting.rest(
            cluster,
            by=request.user,
            call_off=form.cleaned_data.get("meetings") == "call-off",
            word=form.cleaned_data["word"],
        )
        return ngettext(
            "%(cluster)s rests. One person is being told by mail. Start it again whenever you like.",
            "%(cluster)s rests. %(number)s people are being told by mail. Start it again whenever you like.",
            told,
        ) % {"cluster": cluster, "number": told}
