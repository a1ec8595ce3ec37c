from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .association import Association
from .cluster import Cluster


class QuestionQuerySet(models.QuerySet):
    def visible_to(self, user):
        published = self.filter(state=Question.State.PUBLISHED)
        if user.is_anonymous:
            return published
        return published | self.managed_by(user)

    def managed_by(self, user):
        """Cluster answers by their coordinators, association answers by its officers, the site's by the operator."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(cluster__in=Cluster.objects.managed_by(user))
            | Q(association__in=Association.objects.managed_by(user))
        )

    def due_for_review(self, on):
        """Published, and to be read again by that day."""
        return self.filter(state=Question.State.PUBLISHED, review_on__lte=on)

    def answering(self, *, association: Association | None = None, cluster: Cluster | None = None):
        """The published entries that apply there. `question.most_specific` picks among them."""
        scope = Q(association__isnull=True, cluster__isnull=True)
        if association is not None:
            scope |= Q(association=association)
        if cluster is not None:
            scope |= Q(cluster=cluster) | Q(association=cluster.association_id)
        return self.filter(scope, state=Question.State.PUBLISHED)


class Question(models.Model):
    """An entry of the FAQ of the site, an association or a cluster.

    Entries with the same `key` answer the same question; the more specific one wins.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class Group(models.TextChoices):
        JOINING = "joining", _("Joining")
        MEETINGS = "meetings", _("Meetings")
        CHAIRING = "chairing", _("Chairing and hosting")
        MEMBERS = "members", _("Between members")
        MONEY = "money", _("Costs and supporters")
        DATA = "data", _("Your data")

    class Live(models.TextChoices):
        """Facts of the moment that the page adds under the answer."""

        NONE = "", _("Nothing")
        RHYTHM = "rhythm", _("How often each cluster meets")
        SUPPORTERS = "supporters", _("The supporters")
        COORDINATORS = "coordinators", _("The coordinators")
        TOPICS = "topics", _("The topics")

    association = models.ForeignKey(
        Association,
        verbose_name=_("association"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
    )
    cluster = models.ForeignKey(
        Cluster,
        verbose_name=_("cluster"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
    )
    key = models.SlugField(
        _("key"), max_length=60, help_text=_("The same for the same question on another level.")
    )
    group = models.CharField(_("group"), max_length=10, choices=Group)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("answer"), max_length=5000, help_text=_("Markdown."))
    live = models.CharField(_("live facts"), max_length=15, choices=Live, default=Live.NONE, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="questions",
    )
    review_on = models.DateField(
        _("review on"), null=True, blank=True, help_text=_("When somebody should read it again.")
    )
    reminded_of = models.DateField(
        _("reminded of"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("The day of review of which its owner had a mail."),
    )
    helped = models.PositiveIntegerField(_("helped"), default=0, editable=False)
    did_not_help = models.PositiveIntegerField(_("did not help"), default=0, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["group", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(association__isnull=True) | Q(cluster__isnull=True),
                name="question_of_one",
                violation_error_message=_("Choose an association or a cluster, not both."),
            ),
            models.UniqueConstraint(
                fields=["key", "association", "cluster"],
                name="question_key_unique",
                nulls_distinct=False,
                violation_error_message=_("There is an answer to this question here already."),
            ),
        ]

    def __str__(self):
        return self.question

    @property
    def specificity(self) -> int:
        """2 for a cluster's answer, 1 for an association's, 0 for the site's."""
        return 2 if self.cluster_id else 1 if self.association_id else 0


def most_specific(questions) -> list[Question]:
    """Of entries with the same key the most specific one, in FAQ order."""
    best: dict[str, Question] = {}
    for question in questions:
        rival = best.get(question.key)
        if rival is None or question.specificity > rival.specificity:
            best[question.key] = question
    order = Question.Group.values
    return sorted(best.values(), key=lambda q: (order.index(q.group), q.position, q.pk))
