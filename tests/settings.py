"""The settings of the tests: the real parts, faster passwords and unhashed static files."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, LOGGING, MIDDLEWARE, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None  # nothing is collected; whitenoise warns of an empty place
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
ZEAL_RAISE = True
LOGGING = {**LOGGING, "root": {"handlers": ["stderr"], "level": "ERROR"}}
# Single rows read twice in one request, by Django and allauth or by them and us; no loops.
# Several get() of one request are several single rows, such as a form's chair and host, not a loop.
# Loops over lists are caught by the literal query counts as well.
ZEAL_ALLOWLIST = [{"model": "*", "field": "get()"}]
