"""Where uploads are kept in a bucket of an object storage (settings.MEDIA_BUCKET)."""

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.translation import gettext
from storages.backends.s3 import S3Storage

from clusters.errors import Refused

# Seconds, and how often: a bucket that is gone should be noticed, not waited for.
PATIENCE = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 2})


class Bucket(S3Storage):
    def __init__(self, **options):
        super().__init__(client_config=PATIENCE, **options)

    def refuse_if_away(self) -> None:
        try:
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
        except (BotoCoreError, ClientError) as error:
            raise Refused(
                gettext(
                    "Files can’t be kept at the moment. Try again in some minutes, or go on without the file."
                )
            ) from error
