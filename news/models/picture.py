from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clusters.addresses import address
from clusters.images import Kind
from clusters.models import StoredImage

from .article import Article


class ArticlePictureQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(article__in=Article.objects.visible_to(user))

    def managed_by(self, user):
        return self.filter(article__in=Article.objects.managed_by(user))


class ArticlePicture(StoredImage):
    """The picture of an article."""

    KIND = Kind(gettext_noop("picture"), {"large": 1600, "small": 640}, smallest_side=300)

    article = models.OneToOneField(
        Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="picture"
    )
    description = models.CharField(
        _("description"), max_length=200, help_text=_("What it shows, for those who can't see it.")
    )

    objects = ArticlePictureQuerySet.as_manager()

    def __str__(self):
        return gettext("Picture of %(article)s") % {"article": self.article}

    def get_absolute_url(self):
        return address("news:article-picture", self.uid, "large")

    @property
    def small_url(self) -> str:
        return address("news:article-picture", self.uid, "small")
