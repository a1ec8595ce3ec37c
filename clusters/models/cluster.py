from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import ordinal
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Func, OuterRef, Q, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.reach import reach_of

from .association import Association


class ClusterQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        """Those in which the user holds an office today, of the cluster or of its association."""
        if user.is_superuser:
            return self.all()
        if user.is_anonymous:
            return self.none()
        if reach := reach_of(user):
            return self.filter(pk__in=reach.managed_clusters)
        offices = user.offices.current()
        return self.filter(
            Q(pk__in=offices.values("cluster")) | Q(association__in=offices.values("association"))
        )

    def with_member(self, user):
        """Those in which a firm takes part that the user acts for."""
        if user.is_anonymous:
            return self.none()
        if reach := reach_of(user):
            return self.filter(pk__in=reach.clusters)
        return self.filter(
            memberships__state="active",
            memberships__company__frozen_at=None,
            memberships__company__in=user.representations.active().values("company"),
        ).distinct()

    def of(self, association: Association | None):
        """Those of one association; all of them without one."""
        return self if association is None else self.filter(association=association)

    def joinable(self):
        return self.exclude(state=Cluster.State.RESTING)

    def with_firms(self):
        """Each with `firms`: how many firms take part."""
        membership: Any = Cluster.memberships.rel.related_model  # of a higher layer
        taking_part = membership.objects.order_by().filter(
            cluster=OuterRef("pk"), state="active", company__frozen_at=None
        )
        number = taking_part.values(number=Func("pk", function="COUNT"))
        return self.annotate(firms=Subquery(number, output_field=models.IntegerField()))

    def with_next_meeting(self, user):
        """Each with `next_at`: when the next meeting is that the user may see."""
        meetings = self._meetings().visible_to(user).announced().upcoming()
        return self.annotate(
            next_at=Subquery(meetings.filter(cluster=OuterRef("pk")).values("starts_at")[:1])
        )

    def with_meetings_held(self, user):
        """Each with `meetings_held`: how many it has had that the user may see."""
        meetings = self._meetings().visible_to(user).past().order_by()
        held = meetings.filter(cluster=OuterRef("pk")).values(number=Func("pk", function="COUNT"))
        return self.annotate(meetings_held=Subquery(held, output_field=models.IntegerField()))

    @staticmethod
    def _meetings():
        """All meetings: of a higher layer, so reached by their relation."""
        meeting: Any = Cluster.meetings.rel.related_model
        return meeting.objects.all()


class Cluster(models.Model):
    """A local group of companies that meets every month or two: a cluster or a county branch."""

    class Kind(models.TextChoices):
        CLUSTER = "cluster", _("Cluster")
        BRANCH = "branch", _("Branch")

    class State(models.TextChoices):
        FORMING = "forming", _("Forming")
        ACTIVE = "active", _("Active")
        RESTING = "resting", _("Resting")

    class Cadence(models.TextChoices):
        MONTHLY = "monthly", _("every month")
        SIX_WEEKLY = "six-weekly", _("every six weeks")
        TWO_MONTHLY = "two-monthly", _("every two months")

    class Week(models.IntegerChoices):
        FIRST = 1, _("first")
        SECOND = 2, _("second")
        THIRD = 3, _("third")
        FOURTH = 4, _("fourth")
        LAST = -1, _("last")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")

    class Joining(models.TextChoices):
        APPROVAL = "approval", _("A coordinator looks at each application")
        OPEN = "open", _("Firms are members at once")

    class Scene(models.TextChoices):
        """The dot-screen pictures that we have (static/img/scene-*.svg)."""

        BAY = "bay", _("The bay")
        FELLS = "fells", _("The fells")
        MILLS = "mills", _("The mills")

    association = models.ForeignKey(
        Association, verbose_name=_("association"), on_delete=models.PROTECT, related_name="clusters"
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CLUSTER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.FORMING)
    lead = models.TextField(
        _("lead"), max_length=300, blank=True, help_text=_("One or two sentences: who meets here.")
    )
    about = models.TextField(
        _("about"), max_length=10_000, blank=True, help_text=_("What a visitor should know. Markdown.")
    )
    where = models.CharField(
        _("where it meets"),
        max_length=160,
        blank=True,
        help_text=_("A different member's premises each time, …"),
    )
    founded = models.DateField(_("founded"), null=True, blank=True)

    town = models.CharField(_("town"), max_length=60, help_text=_("The town on the map."))
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    districts = ArrayField(
        models.CharField(
            max_length=4, validators=[RegexValidator(r"^[A-Z]{1,2}[0-9][0-9A-Z]?$", _("Like LA1 or WV14."))]
        ),
        default=list,
        blank=True,
        verbose_name=_("postcode districts covered"),
        help_text=_("Parted by commas: LA1, LA2, LA5."),
    )

    cadence = models.CharField(_("cadence"), max_length=12, choices=Cadence, default=Cadence.MONTHLY)
    usual_week = models.SmallIntegerField(
        _("usual week"),
        choices=Week,
        null=True,
        blank=True,
        help_text=_("Which one of the month; empty if it varies."),
    )
    usual_weekday = models.SmallIntegerField(_("usual weekday"), choices=Weekday, null=True, blank=True)
    usual_day = models.PositiveSmallIntegerField(
        _("usual day of the month"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("For a fixed date, whatever the weekday. Leave week and weekday empty then."),
    )
    usual_start = models.TimeField(_("usual start"), null=True, blank=True)
    usual_minutes = models.PositiveSmallIntegerField(
        _("usual length"),
        default=120,
        validators=[MinValueValidator(30), MaxValueValidator(600)],
        help_text=_("Minutes."),
    )
    pause_months = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(12)]),
        default=list,
        blank=True,
        verbose_name=_("months without a meeting"),
        help_text=_("Numbers parted by commas: 8 for August, 12 for December."),
    )
    rota_both = models.BooleanField(_("one firm may chair and host the same meeting"), default=False)
    rota_gap_days = models.PositiveSmallIntegerField(
        _("days between two turns of a firm"), default=0, validators=[MaxValueValidator(366)]
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days before a meeting by which turns are agreed"), default=21, validators=[MaxValueValidator(120)]
    )
    agenda_days = models.PositiveSmallIntegerField(
        _("days before a meeting by which the agenda goes out"), default=7, validators=[MaxValueValidator(60)]
    )
    joining = models.CharField(_("joining"), max_length=10, choices=Joining, default=Joining.APPROVAL)
    guests_welcome = models.BooleanField(
        _("guests welcome"), default=True, help_text=_("May somebody come once before joining?")
    )

    contact_email = models.EmailField(
        _("contact email"),
        blank=True,
        help_text=_("Answers to the cluster's mails go here, not shown on pages. Empty: the association's."),
    )
    glyph_seed = models.PositiveIntegerField(
        _("glyph seed"),
        default=1,
        help_text=_("The shape of the cluster's picture. Any number; it stays itself as firms join."),
    )
    scene = models.CharField(
        _("picture"),
        max_length=10,
        choices=Scene,
        blank=True,
        help_text=_("What its country looks like; empty: none."),
    )

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["association", "name"],
                name="cluster_name_unique",
                violation_error_message=_("The association has a cluster of this name."),
            ),
        ]
        indexes = [models.Index(fields=["association", "state"])]

    def __str__(self):
        return self.name

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        # Django's hashes the labels of all choices each time
        return str(self.Kind(self.kind).label)

    def get_joining_display(self) -> str:  # type: ignore[no-redef]
        return str(self.Joining(self.joining).label)

    def get_absolute_url(self):
        return address("clusters:cluster", self.slug)

    @property
    def reply_address(self) -> str:
        """Where answers to the cluster's mails go. Needs the association."""
        return self.contact_email or self.association.contact_email

    @property
    def usual_end(self) -> time | None:
        if self.usual_start is None:
            return None
        return (datetime.combine(date.min, self.usual_start) + timedelta(minutes=self.usual_minutes)).time()

    @property
    def rhythm(self) -> str:
        """How often it meets, in words: "Every month, third Thursday"."""
        words = str(self.Cadence(self.cadence).label)  # get_…_display translates all choices to find one
        if self.usual_day is not None:
            words = gettext("%(cadence)s, on the %(day)s") % {
                "cadence": words,
                "day": ordinal(self.usual_day),
            }
        elif self.usual_weekday is not None:
            sentence = (
                gettext("%(cadence)s, %(week)s %(weekday)s")
                if self.usual_week
                else gettext("%(cadence)s, on a %(weekday)s")
            )
            words = sentence % {
                "cadence": words,
                "week": self.Week(self.usual_week).label if self.usual_week else "",
                "weekday": self.Weekday(self.usual_weekday).label,
            }
        return words[0].upper() + words[1:]
