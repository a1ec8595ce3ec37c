"""The settings of the tests: the real parts, faster passwords and unhashed static files."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, LOGGING, MIDDLEWARE, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = [*MIDDLEWARE, "zeal.middleware.zeal_middleware"]
ZEAL_RAISE = True
LOGGING = {**LOGGING, "root": {"handlers": ["stderr"], "level": "ERROR"}}
# The session's user and a person's page on the desk are two single rows, not a loop.
ZEAL_ALLOWLIST = [{"model": "members.User", "field": "get()"}]
