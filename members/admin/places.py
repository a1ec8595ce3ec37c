"""Asking for which cluster or association, of those one looks after, something is done."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choosing import FoundOnce, RepeatedSelect, SearchedField
from clusters.models import Association, Cluster
from clusters.scoping import way_to_choose


class PlaceForm(forms.Form):
    """`place` is what was chosen. Of more clusters than one list should have, one is found by its name."""

    of = forms.ChoiceField(label=_("For"), widget=RepeatedSelect)
    field_order = ["of", "cluster"]

    def __init__(self, *args, desk, user, **kwargs):
        """`desk` is the one for whose rows it is asked: they have a cluster."""
        super().__init__(*args, **kwargs)
        clusters = Cluster.objects.managed_by(user)
        self.wholes = self.whole_places(user)
        way = way_to_choose(desk.opts.get_field("cluster"), clusters, desk.admin_site, user)
        if way:
            self.fields["of"].required = False
            self.fields["of"].choices = FoundOnce([("", "---------"), *self.labels(self.wholes)])
            self.fields["cluster"] = SearchedField(
                clusters, required=False, label=_("Or for one cluster"), widget=way["widget"]
            )
            self.order_fields(self.field_order)
        else:
            self.wholes |= {f"cluster:{one.pk}": one for one in clusters}
            self.fields["of"].choices = FoundOnce(self.labels(self.wholes))

    def whole_places(self, user) -> dict:
        return {f"association:{one.pk}": one for one in Association.objects.managed_by(user)}

    def labels(self, places: dict) -> list[tuple[str, str]]:
        return [(key, self.label(one)) for key, one in places.items()]

    def label(self, place: Association | Cluster | None) -> str:
        if place is None:
            return gettext("the whole site")
        return (
            gettext("%(one)s, all of it") % {"one": place} if isinstance(place, Association) else str(place)
        )

    def clean(self):
        cleaned = super().clean()
        whole, cluster = cleaned.get("of"), cleaned.get("cluster")
        if whole and cluster:
            self.add_error("cluster", gettext("Choose an association or a cluster, not both."))
        elif not (whole or cluster or self.errors.keys() & {"of", "cluster"}):
            self.add_error("of", gettext("Choose one of these, or one cluster below."))
        return cleaned

    @property
    def place(self):
        return self.cleaned_data.get("cluster") or self.wholes[self.cleaned_data["of"]]
