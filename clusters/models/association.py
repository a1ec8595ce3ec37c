from __future__ import annotations

import math
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters import present
from clusters.addresses import address
from clusters.colours import validate_accent
from clusters.kept_figures import kept
from clusters.reach import reach_of


class AssociationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all()

    def managed_by(self, user):
        """Those in which the user holds an office of the association today."""
        if user.is_superuser:
            return self.all()
        if user.is_anonymous:
            return self.none()
        if reach := reach_of(user):
            return self.filter(pk__in=reach.managed_associations)
        return self.filter(pk__in=user.offices.current().values("association"))


class Association(models.Model):
    """The regional body above several clusters. Its pages wear its brand."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    short_name = models.CharField(
        _("short name"), max_length=30, help_text=_("As people say it, for mails and lists: LCICT, WMita.")
    )
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_lines = models.CharField(
        _("name on two lines"),
        max_length=120,
        help_text=_(
            "The name beside the mark, its two lines parted by | (Lancashire & Cumbria|ICT Clusters)."
        ),
    )
    tagline = models.CharField(
        _("tagline"),
        max_length=160,
        blank=True,
        help_text=_("The headline of its front page, at most 8 words."),
    )
    lead = models.TextField(
        _("lead"), max_length=400, blank=True, help_text=_("Two sentences under the headline.")
    )
    about = models.TextField(
        _("about"), max_length=10_000, blank=True, help_text=_("What it is and does. Markdown.")
    )
    contact_email = models.EmailField(
        _("contact email"), help_text=_("Answers to its mails go here. Not shown on pages.")
    )
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/London")
    accent = models.CharField(
        _("accent"),
        max_length=7,
        default="#ffc629",
        validators=[
            RegexValidator(r"^#[0-9a-f]{6}$", _("Six hex digits after a #, in lower case.")),
            validate_accent,
        ],
        help_text=_("The one colour of its brand, as #rrggbb. Dark text must be readable on it."),
    )
    mark = models.JSONField(
        _("mark"),
        default=list,
        blank=True,
        help_text=_('The dots of its mark on a hex grid: [["carlisle", 2.0, 0], …], cluster, column, row.'),
    )
    clusters_are_branches = models.BooleanField(
        _("calls its clusters branches"), default=False, help_text=_("County branches with a chairman each.")
    )
    founded = models.DateField(_("founded"), null=True, blank=True)

    objects = AssociationQuerySet.as_manager()

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        ordering = ["name"]

    def __str__(self):
        return self.name

    def clean(self):
        wrong = {}
        if self.time_zone not in available_timezones():
            wrong["time_zone"] = _("No time zone has this name. Here it is Europe/London.")
        if not is_mark(self.mark):
            wrong["mark"] = _(
                'Each dot is a name and two numbers: [["carlisle", 2.0, 0], ["kendal", 1.5, 1]].'
            )
        if wrong:
            raise ValidationError(wrong)

    def get_absolute_url(self):
        return address("news:association", self.slug)

    @cached_property
    def cluster_pks(self) -> list[int]:
        """Of its clusters, for conditions on rows of one of them: known numbers lead through an index, joins do not."""
        pks = self.clusters.order_by("pk").values_list("pk", flat=True)
        return kept(("clusters of", self.pk), lambda: list(pks))

    @property
    def cluster_word(self) -> str:
        """What its local groups are called, in the plural."""
        return gettext("Branches") if self.clusters_are_branches else gettext("Clusters")

    def absolute_url(self, path: str) -> str:
        """The address of a page for mails and calendars: on the association's own host if it has one."""
        return f"{self.base_url}{path}"

    @cached_property
    def base_url(self) -> str:
        if "hostnames" in getattr(self, "_prefetched_objects_cache", {}):
            own = next((host.name for host in self.hostnames.all() if host.in_links), None)
        else:
            own = hosts_in_links().get(self.pk)
        if own is None:
            return settings.SITE_URL
        site = urlsplit(settings.SITE_URL)
        return f"{site.scheme}://{own}{f':{site.port}' if site.port else ''}"


def hosts_in_links() -> dict[int, str]:
    """By the key of the association; kept until one changes."""
    names = Hostname.objects.filter(in_links=True).values_list("association", "name")
    return kept(("hosts in links",), lambda: dict(names))


class Hostname(models.Model):
    """A host name under which the site is this association's."""

    association = models.ForeignKey(
        Association, verbose_name=_("association"), on_delete=models.CASCADE, related_name="hostnames"
    )
    name = models.CharField(
        _("name"), max_length=253, help_text=_("www.example.org, without https:// and port.")
    )
    in_links = models.BooleanField(
        _("use in mails and calendars"),
        default=False,
        help_text=_("Links in the association's mails lead to this host."),
    )

    class Meta:
        verbose_name = _("hostname")
        verbose_name_plural = _("hostnames")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="hostname_unique",
                violation_error_message=_("Another association has this host name."),
            ),
            models.UniqueConstraint(
                fields=["association"],
                condition=models.Q(in_links=True),
                name="hostname_one_in_links",
                violation_error_message=_("Only one host name can be used in mails and calendars."),
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        try:
            DomainNameValidator()(self.name)
        except ValidationError as error:
            sentence = gettext(
                "Only the name, please, as in www.example.org: without https://, port and path."
            )
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
    on = on or present.today()
    return models.Q(**{f"{prefix}start__lte": on}) & (
        models.Q(**{f"{prefix}end__isnull": True}) | models.Q(**{f"{prefix}end__gte": on})
    )
