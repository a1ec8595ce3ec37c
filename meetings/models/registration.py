from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from members.models import Company

from .meeting import Meeting


class RegistrationQuerySet(models.QuerySet):
    def managed_by(self, user):
        return self.filter(meeting__in=Meeting.objects.managed_by(user))

    def visible_to(self, user):
        """One's own answers; all of them for the coordinators. Pages show others only the numbers."""
        if user.is_anonymous:
            return self.none()
        return self.filter(Q(user=user) | Q(meeting__in=Meeting.objects.managed_by(user)))

    def attended(self):
        return self.filter(state=Registration.State.ATTENDED)


class Registration(models.Model):
    """A person's answer to a meeting, of a member or a guest."""

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        WAITLISTED = "waitlisted", "On the waiting list"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ATTENDED = "attended", "Attended"
        NO_SHOW = "no-show", "Did not come"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations"
    )
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.REGISTERED)
    created_at = models.DateTimeField()

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"],
                name="registration_once",
                violation_error_message="This person has answered already.",
            ),
        ]
        indexes = [models.Index(fields=["meeting", "state"])]

    def __str__(self):
        return f"{self.user or self.name} at {self.meeting}"
