from __future__ import annotations

import uuid
from functools import partial
from typing import ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from clusters import images


def image_path(image: StoredImage, filename: str) -> str:
    return f"{image.KIND.noun}s/{image.uid.hex[:2]}/{image.uid}-{filename}"


class StoredImage(models.Model):
    """A picture that somebody uploaded, in a large and a small size, as `clusters.images.made_anew` makes them.

    Another picture is another row with another `uid`: what stands at an address never changes.
    """

    KIND: ClassVar[images.Kind]

    large = models.FileField(_("large"), upload_to=image_path)
    small = models.FileField(_("small"), upload_to=image_path)
    width = models.PositiveSmallIntegerField(_("width"))
    height = models.PositiveSmallIntegerField(_("height"))
    uid = models.UUIDField(_("uid"), default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def store(self, sizes: images.Sizes) -> None:
        """Writes the files and the row; `width` and `height` are those of the large size."""
        self.width, self.height = sizes["large"].size
        for name, image in sizes.items():
            webp = images.as_webp(image, self.KIND.quality)
            getattr(self, name).save(f"{name}.webp", webp, save=False)
        self.save()

    def delete(self, *args, **kwargs):
        """Its files go with it, once that is certain."""
        for file in (self.large, self.small):
            transaction.on_commit(partial(file.storage.delete, str(file)))
        return super().delete(*args, **kwargs)
