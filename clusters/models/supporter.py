from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.images import Kind

from .association import Association, in_force
from .cluster import Cluster
from .image import StoredImage


class SupporterQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those with a public support; officers also see the quiet ones they look after."""
        return self.filter(pk__in=Support.objects.visible_to(user).values("supporter"))

    def managed_by(self, user):
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=Support.objects.managed_by(user).values("supporter"))


class Supporter(models.Model):
    """An organisation that funds, backs or helps an association or a cluster."""

    class Kind(models.TextChoices):
        FUNDER = "funder", _("Funder")
        BACKER = "backer", _("Backer")
        IN_KIND = "in-kind", _("Supporter in kind")

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    about = models.CharField(_("about"), max_length=400, blank=True)
    website = models.URLField(_("website"), blank=True)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{address('clusters:supporters')}#{self.slug}"

    @property
    def picture(self) -> SupporterLogo | None:
        """Its logo, if it has one. Ask for supporters with `select_related("logo")`."""
        return getattr(self, "logo", None)


class SupporterLogoQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(supporter__in=Supporter.objects.visible_to(user))


class SupporterLogo(StoredImage):
    KIND = Kind(gettext_noop("logo"), {"large": 512, "small": 160}, smallest_side=64)

    supporter = models.OneToOneField(
        Supporter, verbose_name=_("supporter"), on_delete=models.CASCADE, related_name="logo"
    )

    objects = SupporterLogoQuerySet.as_manager()

    def __str__(self):
        return gettext("Logo of %(supporter)s") % {"supporter": self.supporter}

    def get_absolute_url(self):
        return address("clusters:supporter-logo", self.uid, "large")


class SupportQuerySet(models.QuerySet):
    def visible_to(self, user):
        public = self.filter(public=True)
        if user.is_anonymous:
            return public
        return public | self.managed_by(user)

    def managed_by(self, user):
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def of(self, association: Association | None):
        """What an association and its clusters are given; all of it without one."""
        if association is None:
            return self
        return self.filter(Q(association=association) | Q(cluster__association=association))

    def in_force(self, on=None):
        return self.filter(in_force(on=on))


class Support(models.Model):
    """What a supporter gives to an association or a cluster, from when to when."""

    class Gives(models.TextChoices):
        MONEY = "money", _("Money")
        ROOMS = "rooms", _("Rooms")
        STAFF = "staff", _("Staff time")
        SERVICES = "services", _("Services")
        VOICE = "voice", _("Backing")

    supporter = models.ForeignKey(
        Supporter, verbose_name=_("supporter"), on_delete=models.PROTECT, related_name="supports"
    )
    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supports",
    )
    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supports",
    )
    gives = models.CharField(_("gives"), max_length=10, choices=Gives)
    description = models.CharField(_("description"), max_length=300, blank=True)
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Pounds, over the whole time."),
    )
    amount_public = models.BooleanField(_("amount public"), default=False)
    public = models.BooleanField(
        _("public"), default=True, help_text=_("Is the supporter named on the site?")
    )
    start = models.DateField(_("from"))
    end = models.DateField(_("until"), null=True, blank=True, help_text=_("Last day; empty: no end."))

    objects = SupportQuerySet.as_manager()

    class Meta:
        verbose_name = _("support")
        ordering = ["supporter__name"]
        verbose_name_plural = _("support")
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) ^ Q(cluster__isnull=True),
                name="support_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gte=models.F("start")),
                name="support_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                name="support_amount_positive",
                violation_error_message=_("An amount is more than nothing. Leave it empty if there is none."),
            ),
        ]

    def __str__(self):
        return gettext("%(supporter)s for %(what)s") % {
            "supporter": self.supporter,
            "what": self.cluster or self.association,
        }
