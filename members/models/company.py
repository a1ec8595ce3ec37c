from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField, TrigramSimilarity
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.markdown import plain
from clusters.reach import reach_of
from clusters.searching import letters_of, weighed

SHARED_DOMAINS = [
    "about.me", "blogspot.com", "business.site", "etsy.com", "facebook.com", "github.com", "github.io", "instagram.com",
    "linkedin.com", "linktr.ee", "medium.com", "sites.google.com", "tumblr.com", "twitter.com", "wixsite.com",
    "wordpress.com", "x.com", "youtube.com",
]  # fmt: skip


def web_domain(website: str) -> str:
    """The domain of a firm's web address: "https://www.Bay.example/x" → "bay.example"."""
    host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    return host.removeprefix("www.").rstrip(".")


NOT_IN_BARE_NAME = r"\m(ltd|limited|llp|plc|cic|co|company|the|and)\M|[^[:alnum:]]+"
BARE_NAME_SQL = (
    f"REGEXP_REPLACE(LOWER({{}}), '{NOT_IN_BARE_NAME}', '', 'g')"  # of a column, for lists of names
)


def bare_name(name) -> Func:
    """What tells firms apart: the letters and digits of the name, without its legal form and "the"."""
    return Func(
        Lower(name),
        Value(NOT_IN_BARE_NAME),
        Value(""),
        Value("g"),
        function="REGEXP_REPLACE",
    )


def first_sought(seeks: str) -> str:
    """The first thing in what a firm seeks, in one line."""
    lines = (line.strip(" -*") for line in seeks.splitlines())
    return next((plain(line) for line in lines if line), "")


def initials_of(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper()


def tags_as_text(field: str) -> Func:
    """Postgres's own array_to_string() can't stand in a generated column; this is it, promised to be immutable."""
    return Func(field, function="tags_as_text", output_field=models.TextField())


class CompanyQuerySet(models.QuerySet):
    def listed(self):
        """Those that everybody sees: firms that are members somewhere and not frozen."""
        members = self._memberships().filter(state="active").values("company")
        return self.filter(frozen_at=None, pk__in=members)  # frozen itself: it is not to be joined again

    def visible_to(self, user):
        """Firms that take part somewhere; one's own; those in the clusters one looks after."""
        if user.is_anonymous:
            return self.listed()
        # One firm's memberships after another's: a set of all that are listed would be made anew for each query.
        member = self._memberships().filter(state="active", company=models.OuterRef("pk"))
        listed = Q(models.Exists(member), frozen_at=None)
        own = Q(pk__in=Company.objects.represented_by(user).values("pk"))
        managed = Q(pk__in=self._memberships().managed_by(user).values("company"))
        return self.filter(listed | own | managed)

    def managed_by(self, user):
        """Members of the user's clusters and those who apply there; no longer those who left."""
        if user.is_superuser:
            return self.all()
        return self.filter(pk__in=self._memberships().open().managed_by(user).values("company"))

    def represented_by(self, user):
        if user.is_anonymous:
            return self.none()
        if reach := reach_of(user):
            return self.filter(pk__in=reach.firms)
        return self.filter(pk__in=user.representations.active().values("company"))

    @staticmethod
    def _memberships():
        from .membership import Membership

        return Membership.objects.all()


class WithoutWords(models.Manager):
    def get_queryset(self):
        """What is kept for the search is never read."""
        return super().get_queryset().defer("words", "near_words")


class Company(models.Model):
    """A firm. Membership, turns and talks belong to it, not to the people who act for it."""

    class Size(models.TextChoices):
        ONE = "1", _("1 person")
        MICRO = "2-9", _("2 to 9 people")
        SMALL = "10-49", _("10 to 49 people")
        MEDIUM = "50-249", _("50 to 249 people")
        LARGE = "250+", _("250 people or more")

    class LegalForm(models.TextChoices):
        """Sole traders and ordinary partnerships count as individuals under PECR."""

        SOLE_TRADER = "sole-trader", _("Sole trader")
        PARTNERSHIP = "partnership", _("Partnership")
        LIMITED = "limited", _("Limited company (Ltd, LLP, plc)")
        SOCIAL = "social", _("Community interest company, charity or co-operative")
        PUBLIC = "public", _("Public body, college or university")

    class Shown(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        MEMBERS = "members", _("Members only")
        NOBODY = "nobody", _("Nobody")

    class Introductions(models.TextChoices):
        """How another member firm comes to talk to this one."""

        DIRECT = "direct", _("Members may write to us themselves")
        COORDINATOR = "coordinator", _("Through the coordinator")
        NONE = "none", _("Not now")

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name_key = models.GeneratedField(
        expression=bare_name("name"),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )
    summary = models.CharField(_("what it does"), max_length=200, blank=True, help_text=_("One sentence."))
    about = models.TextField(_("about"), max_length=10_000, blank=True, help_text=_("Markdown."))
    expertise = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text=_("Up to twelve words, parted by commas."),
        verbose_name=_("expertise"),
    )
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=15, choices=LegalForm, blank=True)
    founded = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    website = models.URLField(_("website"), blank=True, max_length=200)
    web_domain = models.CharField(_("web domain"), max_length=200, blank=True, editable=False)
    offers = models.TextField(
        _("offers"), max_length=1000, blank=True, help_text=_("What it can give to other members. Markdown.")
    )
    seeks = models.TextField(
        _("seeks"), max_length=1000, blank=True, help_text=_("What it looks for. Markdown.")
    )
    introductions = models.CharField(
        _("how other members reach us"),
        max_length=15,
        choices=Introductions,
        default=Introductions.COORDINATOR,
    )
    email = models.EmailField(_("email"), blank=True)
    email_shown = models.CharField(_("email shown"), max_length=10, choices=Shown, default=Shown.NOBODY)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    phone_shown = models.CharField(_("phone shown"), max_length=10, choices=Shown, default=Shown.MEMBERS)
    address = models.CharField(_("address"), max_length=200, blank=True)
    town = models.CharField(_("town"), max_length=60, blank=True)
    postcode = models.CharField(_("postcode"), max_length=8, blank=True)
    address_shown = models.CharField(_("address shown"), max_length=10, choices=Shown, default=Shown.MEMBERS)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    frozen_at = models.DateTimeField(
        _("frozen at"),
        null=True,
        blank=True,
        help_text=_("Since then it takes no part: see members.freezing."),
    )
    frozen_reason = models.CharField(_("sentence to the frozen firm"), max_length=500, blank=True)
    unrepresented_since = models.DateTimeField(
        _("unrepresented since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Nobody answers for it who can be reached by mail: see members.representation."),
    )
    words = models.GeneratedField(
        expression=weighed("name", "A")
        + weighed(tags_as_text("expertise"), "B")
        + weighed("summary", "B")
        + weighed("offers", "C")
        + weighed("seeks", "C")
        + weighed("about", "D"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    near_words = models.GeneratedField(
        expression=Concat("name", Value(" "), tags_as_text("expertise"), output_field=models.TextField()),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = WithoutWords.from_queryset(CompanyQuerySet)()

    class Meta:
        ordering = ["name"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [
            GinIndex(fields=["name_key"], opclasses=["gin_trgm_ops"], name="company_name_key_trgm"),
            GinIndex(fields=["words"], name="company_words"),
            GinIndex(fields=["near_words"], opclasses=["gin_trgm_ops"], name="company_near_words_trgm"),
            GinIndex(fields=["expertise"], name="company_expertise"),
            letters_of("name", "web_domain", name="company_letters"),
            models.Index(fields=["name_key", "id"], name="company_by_name"),
            models.Index(
                fields=["id"], condition=Q(unrepresented_since__isnull=False), name="company_unrepresented"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["web_domain"],
                condition=~Q(web_domain="") & ~Q(web_domain__in=SHARED_DOMAINS),
                name="company_web_domain_unique",
                violation_error_message=_("Another firm here has this web address."),
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, frozen_reason="")
                | Q(frozen_at__isnull=False) & ~Q(frozen_reason=""),
                name="company_frozen_for_a_reason",
                violation_error_message=_("A firm is frozen for a reason, which it is told."),
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, update_fields=None, **kwargs):
        self.web_domain = web_domain(self.website)
        if update_fields is not None and "website" in update_fields:
            update_fields = {*update_fields, "web_domain"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return address("members:company", self.slug)

    @property
    def logo_if_any(self):
        """Select it beforehand."""
        return getattr(self, "logo", None)

    @property
    def looks_for(self) -> str:
        return first_sought(self.seeks)

    @property
    def initials(self) -> str:
        return initials_of(self.name)


class RepresentativeQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=Representative.State.ACTIVE)

    def visible_to(self, user):
        """Those who agreed to be named; one's colleagues; the people of the clusters one looks after."""
        named = Q(
            state=Representative.State.ACTIVE, listed=True, company__in=Company.objects.visible_to(user)
        )
        if user.is_anonymous:
            return self.filter(named)
        colleagues = Q(company__in=Company.objects.represented_by(user))
        return self.filter(
            named | Q(user=user) | colleagues | Q(company__in=Company.objects.managed_by(user))
        )

    def managed_by(self, user):
        return self.filter(company__in=Company.objects.managed_by(user))


class Representative(models.Model):
    """A person who acts for a company."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead")
        DEPUTY = "deputy", _("Deputy")
        MEMBER = "member", _("Colleague")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked to act for the firm")
        ACTIVE = "active", _("Acts for the firm")
        ENDED = "ended", _("No longer")
        REFUSED = "refused", _("Refused")

    ANSWERING = (Role.LEAD, Role.DEPUTY)

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="representatives", verbose_name=_("company")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="representations",
        verbose_name=_("user"),
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.MEMBER)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    takes_over = models.BooleanField(
        _("asks to lead it"),
        default=False,
        editable=False,
        help_text=_("By a work address of the firm's own domain. A coordinator decides."),
    )
    listed = models.BooleanField(_("named on the company page"), default=False)
    job = models.CharField(_("job title"), max_length=80, blank=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["company", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"],
                condition=Q(state__in=["asked", "active"]),
                name="representative_once",
                violation_error_message=_("This person acts for the firm already."),
            ),
        ]
        indexes = [
            models.Index(fields=["company"], condition=Q(state="asked"), name="representative_asked"),
        ]

    def __str__(self):
        return gettext("%(person)s of %(company)s") % {"person": self.user, "company": self.company}

    @property
    def answers(self) -> bool:
        """Whether they may answer for the firm, and edit its page."""
        return self.state == self.State.ACTIVE and self.role in self.ANSWERING


def look_alikes(name: str, website: str, *, most: int = 5):
    """Companies that may be the one meant: the same web domain first, then similar names."""
    key = bare_name(Value(name))
    domain = web_domain(website)
    same_domain = Q(web_domain=domain) if domain and domain not in SHARED_DOMAINS else Q(pk__in=[])
    return (
        Company.objects.annotate(
            likeness=TrigramSimilarity("name_key", key),  # type: ignore[arg-type]  # takes expressions too
            same_domain=models.ExpressionWrapper(same_domain, output_field=models.BooleanField()),
        )
        .filter(same_domain | Q(name_key__trigram_similar=key))
        .order_by(F("same_domain").desc(), F("likeness").desc(), "pk")[:most]
    )
