from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.models.places import places_managed_by
from clusters.searching import letters_of


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email):
        return self.get(email=email.lower())

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, **fields)


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """People are seen through what they agreed to show (Representative, Officer), not by themselves."""
        if user.is_anonymous:
            return self.none()
        return self.filter(pk=user.pk) | self.managed_by(user)

    def managed_by(self, user):
        """The people of the firms in the user's clusters, also those who ask to act for one; fellow officers."""
        if user.is_superuser:
            return self.all()
        everybody, (clusters, associations) = User.objects.order_by(), places_managed_by(user)
        of_firms = everybody.filter(
            representations__state__in=["asked", "active"],
            representations__company__memberships__state__in=["applied", "active"],
            representations__company__memberships__cluster__in=clusters,
        )
        officers = (
            everybody.filter(offices__cluster__in=clusters),
            everybody.filter(offices__association__in=associations),
        )
        return self.filter(pk__in=of_firms.values("pk").union(*(some.values("pk") for some in officers)))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with e-mail; acts for a company as its Representative, for a cluster as its Officer."""

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("Somebody has this address already.")}
    )
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(_("is active"), default=True)
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now)
    second_factor_by = models.DateField(
        _("two-step sign-in by"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Asked of officers: until when."),
    )

    erased_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "The person deleted their account. The row stays without them, so that figures stay true."
        ),
    )

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name"]
        indexes = [
            letters_of("name", "email", name="user_letters"),
            models.Index(fields=["name"], name="user_by_name"),
            models.Index(
                fields=["date_joined"],
                condition=Q(last_login=None, erased_at=None, is_superuser=False),
                name="user_never_signed_in",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message=_("Write the address in lower case."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name.split(" ", 1)[0]

    @cached_property
    def is_staff(self) -> bool:
        """Whether the admin opens: the office held today gives the right. A page of the admin asks some 60 times."""
        return self.is_superuser or self.offices.current().exists()
