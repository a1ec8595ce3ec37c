from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from members.models import Company


class VenueQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(cluster__in=Cluster.objects.managed_by(user))

    def visible_to(self, user):
        """A venue is seen through its meetings (`Meeting.public_place`); by itself by coordinators."""
        return self.managed_by(user) if user.is_authenticated else self.none()


class Venue(models.Model):
    """A place to meet. Its facts are asked once, not every month."""

    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        related_name="venues",
        help_text=_("Whose coordinators look after this entry."),
    )
    company = models.ForeignKey(
        Company,
        verbose_name=_("company"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="venues",
        help_text=_("Whose premises."),
    )
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=200)
    town = models.CharField(_("town"), max_length=60)
    postcode = models.CharField(_("postcode"), max_length=8, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), validators=[MinValueValidator(2)], help_text=_("People, seated.")
    )
    entrance = models.CharField(
        _("entrance"), max_length=200, blank=True, help_text=_("Which bell, which floor.")
    )
    step_free = models.BooleanField(_("step-free access"), null=True, blank=True)
    access = models.CharField(
        _("about access"), max_length=200, blank=True, help_text=_("Lift, hearing loop, toilet.")
    )
    train = models.CharField(_("by train or bus"), max_length=200, blank=True)
    parking = models.CharField(_("by car"), max_length=200, blank=True)
    bicycle = models.CharField(_("by bike"), max_length=200, blank=True)
    equipment = models.CharField(
        _("equipment"), max_length=200, blank=True, help_text=_("Screen, cables, microphone.")
    )
    names_days = models.PositiveSmallIntegerField(
        _("list of names, days before"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(60)],
        help_text=_("If the door wants to know who comes: how many days ahead."),
    )

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "name"],
                name="venue_unique",
                violation_error_message=_("The cluster has a venue of this name."),
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.town}"

    @property
    def full_address(self) -> str:
        return f"{self.name}, {self.address}, {self.town} {self.postcode}".strip()

    @property
    def directions(self) -> list[tuple[str, str]]:
        """What is known about getting there and in, as (how, words)."""
        steps = {None: "", True: gettext("Step-free"), False: gettext("Not step-free")}[self.step_free]
        known = [
            (gettext("Entrance"), self.entrance),
            (gettext("By train or bus"), self.train),
            (gettext("By car"), self.parking),
            (gettext("By bike"), self.bicycle),
            (gettext("Access"), ". ".join(words for words in (steps, self.access) if words)),
        ]
        return [(how, words) for how, words in known if words]
