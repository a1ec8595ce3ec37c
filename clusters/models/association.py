from __future__ import annotations

import math
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from clusters.addresses import address
from clusters.colours import validate_accent


class AssociationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        """Those in which the user holds an office of the association today."""
        if user.is_superuser:
            return self.all()
        if user.is_anonymous:
            return self.none()
        return self.filter(pk__in=user.offices.current().values("association"))


class Association(models.Model):
    """The regional body above several clusters. Its pages wear its brand."""

    name = models.CharField(max_length=120, unique=True)
    short_name = models.CharField(
        max_length=30, help_text="As people say it, for mails and lists: LCICT, WMita."
    )
    slug = models.SlugField(max_length=60, unique=True)
    name_lines = models.CharField(
        "name on two lines",
        max_length=120,
        help_text="The name beside the mark, its two lines parted by | (Lancashire & Cumbria|ICT Clusters).",
    )
    tagline = models.CharField(
        max_length=160, blank=True, help_text="The headline of its front page, at most 8 words."
    )
    lead = models.TextField(max_length=400, blank=True, help_text="Two sentences under the headline.")
    about = models.TextField(max_length=10_000, blank=True, help_text="What it is and does. Markdown.")
    contact_email = models.EmailField(help_text="Answers to its mails go here. Not shown on pages.")
    contact_phone = models.CharField(max_length=30, blank=True)
    time_zone = models.CharField(max_length=50, default="Europe/London")
    accent = models.CharField(
        max_length=7,
        default="#ffc629",
        validators=[
            RegexValidator(r"^#[0-9a-f]{6}$", "Six hex digits after a #, in lower case."),
            validate_accent,
        ],
        help_text="The one colour of its brand, as #rrggbb. Dark text must be readable on it.",
    )
    mark = models.JSONField(
        default=list,
        blank=True,
        help_text='The dots of its mark on a hex grid: [["carlisle", 2.0, 0], …], cluster, column, row.',
    )
    clusters_are_branches = models.BooleanField(
        "calls its clusters branches", default=False, help_text="County branches with a chairman each."
    )
    founded = models.DateField(null=True, blank=True)

    objects = AssociationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def clean(self):
        wrong = {}
        if self.time_zone not in available_timezones():
            wrong["time_zone"] = "No time zone has this name. Here it is Europe/London."
        if not is_mark(self.mark):
            wrong["mark"] = 'Each dot is a name and two numbers: [["carlisle", 2.0, 0], ["kendal", 1.5, 1]].'
        if wrong:
            raise ValidationError(wrong)

    def get_absolute_url(self):
        return address("news:association", self.slug)

    @cached_property
    def cluster_pks(self) -> list[int]:
        """Of its clusters, for conditions on rows of one of them: known numbers lead through an index, joins do not."""
        return list(self.clusters.order_by("pk").values_list("pk", flat=True))

    @property
    def cluster_word(self) -> str:
        """What its local groups are called, in the plural."""
        return "Branches" if self.clusters_are_branches else "Clusters"

    def absolute_url(self, path: str) -> str:
        """The address of a page for mails and calendars: on the association's own host if it has one."""
        return f"{self.base_url}{path}"

    @property
    def base_url(self) -> str:
        models.prefetch_related_objects([self], "hostnames")  # once, however many addresses are asked for
        own = next((host.name for host in self.hostnames.all() if host.in_links), None)
        if own is None:
            return settings.SITE_URL
        site = urlsplit(settings.SITE_URL)
        return f"{site.scheme}://{own}{f':{site.port}' if site.port else ''}"


class Hostname(models.Model):
    """A host name under which the site is this association's."""

    association = models.ForeignKey(Association, on_delete=models.CASCADE, related_name="hostnames")
    name = models.CharField(max_length=253, help_text="www.example.org, without https:// and port.")
    in_links = models.BooleanField(
        "use in mails and calendars",
        default=False,
        help_text="Links in the association's mails lead to this host.",
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="hostname_unique",
                violation_error_message="Another association has this host name.",
            ),
            models.UniqueConstraint(
                fields=["association"],
                condition=models.Q(in_links=True),
                name="hostname_one_in_links",
                violation_error_message="Only one host name can be used in mails and calendars.",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            DomainNameValidator()(self.name)
        except ValidationError as error:
            sentence = "Only the name, please, as in www.example.org: without https://, port and path."
            raise ValidationError({"name": sentence}) from error


def is_mark(cells) -> bool:
    """Whether it can be drawn (`clusters.pictures.mark`)."""
    return isinstance(cells, list) and all(map(is_dot, cells))


def is_dot(cell) -> bool:
    if not isinstance(cell, list) or len(cell) != 3:
        return False
    name, *place = cell
    return isinstance(name, str) and all(isinstance(n, int | float) and math.isfinite(n) for n in place)


def in_force(prefix: str = "", on=None) -> models.Q:
    """Rows whose `start`/`end` dates (both inclusive, no end: for ever) hold `on` a day, by default today."""
    on = on or timezone.localdate()
    return models.Q(**{f"{prefix}start__lte": on}) & (
        models.Q(**{f"{prefix}end__isnull": True}) | models.Q(**{f"{prefix}end__gte": on})
    )
