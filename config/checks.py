"""What a start in production needs to be safe. Django shows these before any command runs;
config/wsgi.py and config/run.py refuse to serve with one of them."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError

LOCAL_HOSTS: list[str] = ["localhost", ".localhost", "127.0.0.1", "[::1]"]
SHORTEST_SECRET_KEY = 50
MAIL_SCHEMES = {"smtp", "smtps", "smtp+tls", "smtp+ssl"}


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, with a sentence for each, if a setting is unsafe.

    Needs the settings alone: to be called before the apps load, some of which already sign things.
    """
    unsafe = [*production_settings(), *debug_stays_at_home(), *demo_stays_at_home()]
    if unsafe:
        raise ImproperlyConfigured("\n".join(f"{message.msg} {message.hint}" for message in unsafe))


@register(Tags.security)
def production_settings(**kwargs) -> list[Error]:
    if settings.DEMO:
        return []
    return [*_secret_key(), *_hosts(), *_site_url(), *_mail()]


@register(Tags.security)
def https_ends_somewhere(**kwargs) -> list[checks.Warning]:
    if not settings.HTTPS or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    return [
        checks.Warning(
            "SITE_URL is https:// but no proxy is trusted to say that a request came that way.",
            hint="Set TRUSTED_PROXY_COUNT=1 if a proxy ends TLS; else every page redirects to itself.",
            id="config.W001",
        )
    ]


@register(Tags.security)
def debug_stays_at_home(**kwargs) -> list[Error]:
    public = [host for host in _hosts_served() if not is_local(host)]
    if not settings.DEBUG or not public:
        return []
    return [
        Error(
            f"DEBUG is on while the site answers to {public[0]}: errors would show its secrets.",
            hint="Unset DEBUG.",
            id="config.E001",
        )
    ]


@register(Tags.security)
def demo_stays_at_home(**kwargs) -> list[Error]:
    """The demo shows every mail and its sign-ins to whoever asks."""
    public = [host for host in _hosts_served() if not is_local(host)]
    if not settings.DEMO or not public:
        return []
    return [
        Error(
            f"The demo can't be served at {public[0]}: anyone could sign in and read its mails.",
            hint="Set SECRET_KEY, ALLOWED_HOSTS and EMAIL_URL (.env.example says how).",
            id="config.E002",
        )
    ]


@register(Tags.database)
def demo_people_stay_in_the_demo(databases=None, **kwargs) -> list[Error]:
    """Their passwords are in the source. Django asks this before it migrates."""
    if settings.DEMO or not databases:
        return []
    from members.models import User
    from news.demo import sign_ins

    passwords = {email: password for _, email, password in sign_ins()}
    try:
        known = list(User.objects.filter(email__in=passwords))
    except ProgrammingError:  # before the first migration
        return []
    return [
        Error(
            f"{user.email} can sign in with the password of the demo, which everybody can read.",
            hint="Start with an empty database, or give these people other passwords.",
            obj=user,
            id="config.E008",
        )
        for user in known
        if user.check_password(passwords[user.email])
    ]


def is_local(host: str) -> bool:
    if host in LOCAL_HOSTS or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _hosts_served() -> list[str]:
    host = urlsplit(settings.SITE_URL).hostname
    return [*settings.ALLOWED_HOSTS, *([host] if host else [])]


def _secret_key() -> list[Error]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's answer to an empty one
        key = ""
    hint = 'Make one with python -c "import secrets; print(secrets.token_urlsafe(50))".'
    errors = []
    if len(key) < SHORTEST_SECRET_KEY:
        said = f"SECRET_KEY is {'too short' if key else 'not set'}: sessions could be forged."
        errors.append(Error(said, hint=hint, id="config.E003"))
    if any(len(former) < SHORTEST_SECRET_KEY for former in settings.SECRET_KEY_FALLBACKS):
        said = "One of SECRET_KEY_FALLBACKS is too short: sessions could be forged with it."
        errors.append(Error(said, hint="Take it out of the list.", id="config.E009"))
    return errors


def _hosts() -> list[Error]:
    hint = "Set it to the site's hostnames, separated by commas."
    if not settings.ALLOWED_HOSTS:
        return [Error("ALLOWED_HOSTS is not set.", hint=hint, id="config.E004")]
    if "*" in settings.ALLOWED_HOSTS:
        return [
            Error(
                "ALLOWED_HOSTS lets anyone choose the hostname in the links we send.",
                hint=hint,
                id="config.E004",
            )
        ]
    return []


def _site_url() -> list[Error]:
    address = urlsplit(settings.SITE_URL)
    if address.scheme == "https" or (address.hostname and is_local(address.hostname)):
        return []
    return [
        Error(
            "SITE_URL is not an https:// address: links in mails need one, and sessions "
            "could be read on the way.",
            hint="Set it to the site's public address, such as https://clusters.example.org.",
            id="config.E005",
        )
    ]


def _mail() -> list[Error]:
    errors = []
    if urlsplit(settings.EMAIL_URL).scheme not in MAIL_SCHEMES:
        errors.append(
            Error(
                "EMAIL_URL does not name a mail server, so nobody would get their mail.",
                hint="Set it, such as smtp+tls://user:password@mail.example.org:587.",
                id="config.E006",
            )
        )
    if not settings.DEFAULT_FROM_EMAIL:
        errors.append(
            Error(
                "DEFAULT_FROM_EMAIL is not set, so mails would have no sender.",
                hint="Set it to an address of the site's own, such as clusters@example.org.",
                id="config.E007",
            )
        )
    return errors
