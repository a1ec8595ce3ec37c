"""A cluster on the desk: started, put to rest with what becomes of its meetings, and started again."""

from django.contrib import admin

from clusters.acts import ObjectActs, act
from clusters.admin import ClusterAdmin
from clusters.models import Cluster
from meetings import resting
from meetings.forms import RestForm


def consequences(cluster: Cluster) -> str:
    people = len(resting.people_of(cluster))
    meetings = resting.meetings_ahead(cluster).count()
    hear = "one person hears" if people == 1 else f"{people} people hear"
    ahead = {0: "No meeting is ahead.", 1: "One meeting is ahead."}.get(
        meetings, f"{meetings} meetings are ahead."
    )
    return (
        "Its page says that it rests and whom to ask; nobody new can join. "
        f"Members stay members, and {hear} of it by mail, once. {ahead} You can start it again any day."
    )


def wakes(cluster: Cluster) -> str:
    if cluster.state == Cluster.State.FORMING:
        return "It is listed as active. Nobody is mailed; plan its first meetings next."
    people = len(resting.people_of(cluster))
    return f"Firms can join again, and {people} {'person is' if people == 1 else 'people are'} told by mail, once."


@admin.register(Cluster)
class ClusterDesk(ObjectActs, ClusterAdmin):
    acts = ["start", "rest"]

    def form_for(self, request, row, spec, data=None):
        if spec.form is RestForm:
            return RestForm(data, meets=resting.meetings_ahead(row).exists())
        return super().form_for(request, row, spec, data)

    @act("Start meeting", shown=lambda cluster: cluster.state != Cluster.State.ACTIVE, confirm=wakes)
    def start(self, request, cluster, form):
        resting.start(cluster, by=request.user)
        return f"{cluster} is active. Firms can join. Plan its meetings ahead next."

    @act(
        "Put to rest",
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
        people = "One person is" if told == 1 else f"{told} people are"
        return f"{cluster} rests. {people} being told by mail. Start it again whenever you like."
