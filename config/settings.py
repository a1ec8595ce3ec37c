"""All settings. Everything comes from the environment; .env.example lists it.

With nothing set the site runs as a demo: it answers on this machine only, keeps its mails in
a page instead of sending them, and uses an embedded Postgres under var/. As soon as one of the
production settings is given, all of them are needed (config/checks.py).
"""

import contextlib
import hashlib
import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.conf.locale import LANG_INFO
from django.core.management.utils import get_random_secret_key

from config import checks, postgres

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))


def demo_secret_key() -> str:
    """A key of this checkout's own, so that sessions survive a restart of the demo."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"secret_key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key())
        with contextlib.suppress(FileExistsError):  # of two processes that start at once, one wins
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def release() -> str:
    """A digest of all that makes pages, besides the data: the same on machines that run the same."""
    digest = hashlib.sha256(f"{SITE_NAME} {SITE_URL} {DEMO}".encode())
    for folder in ("clusters", "members", "meetings", "news", "config", "templates", "static"):
        for path in sorted((BASE_DIR / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(BASE_DIR).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


# --- what kind of start this is -------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY", default="")
# Former keys: what they signed (sessions, links in mails) still holds.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
EMAIL_URL = env("EMAIL_URL", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
DEMO = not (SECRET_KEY or EMAIL_URL or ALLOWED_HOSTS)
DEBUG = env.bool("DEBUG", default=False)
if DEMO:
    SECRET_KEY = demo_secret_key()
    ALLOWED_HOSTS = checks.LOCAL_HOSTS

# Where to tell of a weakness: https://… or mailto:…, for /.well-known/security.txt.
SECURITY_CONTACT = env("SECURITY_CONTACT", default="")
SITE_NAME = env("SITE_NAME", default="Local Tech Clusters")
LOCAL_URL = f"http://127.0.0.1:{env('PORT', default='8000')}"
SITE_URL = env("SITE_URL", default=LOCAL_URL if DEMO else "").rstrip("/")
HTTPS = SITE_URL.startswith("https://")

# --- the parts ------------------------------------------------------------------------------
INSTALLED_APPS = [
    "news",
    "meetings",
    "members",
    "clusters.apps.ClustersConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "clusters.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "members.health.AnswerHealth",
    "clusters.logs.NumberRequests",
    "clusters.changes.LookOnce",
    "clusters.reach.FindReachOnce",
    "clusters.visitors_pages.KeepVisitorsPages",
    "clusters.headers.SayPolicies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clusters.headers.SayWhatMayRun",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clusters.forgery.OwnForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clusters.caching.KeepPrivate",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "members.second_factor.AskOfficers",
    "clusters.brands.AssociationByHostname",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "clusters.lean_templates.ReadForEach",
                    ["clusters.lean_templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django.templatetags.i18n", "clusters.templatetags.constant"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clusters.brands.brand",
                "clusters.forgery.no_token_for_visitors",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- data -----------------------------------------------------------------------------------
DATABASE_URL = env("DATABASE_URL", default="") or postgres.ensure_running(VAR_DIR / "postgres")
DATABASE = environ.Env.db_url_config(DATABASE_URL)
DATABASES = {
    "default": {
        **DATABASE,
        # A database that is gone should be noticed, not waited for.
        "OPTIONS": {"connect_timeout": 5, **DATABASE.get("OPTIONS", {})},
        # Behind pgbouncer in transaction mode a cursor would outlive the connection it was opened on.
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_POOLED", default=False),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env("TEST_DATABASE_NAME", default=None)},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHE_URL = env("CACHE_URL", default="")
CACHES = {
    "default": env.cache_url_config(CACHE_URL)
    if CACHE_URL
    else {
        "BACKEND": "clusters.counting.DatabaseCache",
        "LOCATION": "cache",
        # Limits on what people may do are kept here: with Django's 300, whoever fills it is rid of their own.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Where pg_dump and pg_restore are: those of the newest Postgres also serve older servers.
POSTGRES_PROGRAMS = Path(env("POSTGRES_PROGRAMS", default=str(postgres.programs())))
BACKUP_DIR = Path(env("BACKUP_DIR", default=str(VAR_DIR / "backups")))
# Pages for visitors, kept by each process (clusters.visitors_pages); also in the cache all machines share, if any.
VISITORS_PAGES_BYTES = env.int("VISITORS_PAGES_MB", default=12) * 1024 * 1024
SHARE_VISITORS_PAGES = bool(CACHE_URL)
RELEASE = release() if CACHE_URL else ""  # pages of an older one, still running beside this, are not taken

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", VAR_DIR / "build"]
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
WHITENOISE_ALLOW_ALL_ORIGINS = False  # fonts and scripts of ours are for our pages
MEDIA_BUCKET = env("MEDIA_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "clusters.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": MEDIA_BUCKET,
            "endpoint_url": env("MEDIA_BUCKET_ENDPOINT", default="") or None,
            "region_name": env("MEDIA_BUCKET_REGION", default="") or None,
            "default_acl": None,  # private: files are served by us, after a check
            "file_overwrite": False,
        },
    }
    if MEDIA_BUCKET
    else {"BACKEND": "clusters.files.WholeFiles"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "members:me"
LOGOUT_REDIRECT_URL = "news:home"
ACCOUNT_ADAPTER = "members.accounts.AccountAdapter"
ACCOUNT_FORMS = {"signup": "members.accounts.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "company_fax"
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before the address of the account is changed
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds in which nobody is asked again
ACCOUNT_RATE_LIMITS = {  # besides those of allauth
    "reset_password": "20/m/ip,5/h/key",
    "guest": "20/h/ip",  # mails to would-be guests
    "interest": "20/h/ip,5/d/key",  # mails to who wants to know when a cluster starts; the key is the address
    "question": "5/h/ip",  # asked from the FAQ
    "helpful": "1/d/key,60/d/ip",  # whether an answer helped
    "contact": "10/h/ip,4/h/key",  # messages to coordinators; the key is the sender's address
    "contact_to": "40/h/key",  # to one cluster or association
    "csp_report": "20/h/ip",  # what browsers tell of stopped scripts
    "csp_reports": "200/h/key",  # from everywhere
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
# How many days an officer has to set up two-step sign-in; None: not asked, as in the demo.
SECOND_FACTOR_DAYS: int | None = None if DEMO else env.int("SECOND_FACTOR_DAYS", default=14)
MFA_ADAPTER = "members.accounts.SecondStepAdapter"
MFA_FORMS = {"add_webauthn": "members.accounts.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO

# --- mail -----------------------------------------------------------------------------------
# The worker (manage.py work) sends what members.outbox wrote down. In the demo nothing leaves
# the machine: the mails can be read at /demo/mails/.
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="clusters@localhost" if DEMO else "")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What the worker does besides sending: functions of no argument, called about once a minute.
WORKER_JOBS = [
    "meetings.closing.mark_held",
    "meetings.turns.turns.run_clock",
    "meetings.registration.clock.run_clock",
    "meetings.deadlines.remind_of_agendas",
    "meetings.slides.presentations.read_uploads",
    "meetings.slides.presentations.ask_for_slides",
    "meetings.slides.presentations.keep_names",
    "meetings.afterwards.ask_for_feedback",
    "news.consents.tell_of_silence",
    "news.digests.send_weekly",
    "members.interests.tell",
    "members.faq_reviews.remind",
    "members.exchange.opportunities.close_past",
    "members.exchange.endings.close_gone",
    "members.exchange.endings.ask_for_outcomes",
    "members.exchange.waiting.watch",
    "members.representation.watch",
    "news.retention.forget_each_hour",
]
# Work that somebody waits for and that takes longer than a page may: functions that do a piece of it and say whether
# there was any. The worker calls them when no mail is due.
WORKER_CHORES = ["members.imports.work.work_on_next", "news.exports.make_next"]
IMPORT_KINDS = {
    "members": "members.imports.member_list.MemberList",
    "meetings": "meetings.past_meetings.PastMeetings",
}

# --- time and words -------------------------------------------------------------------------
# The site's own language, in which mails are written; with more than one in LANGUAGES pages come in the reader's.
LANGUAGE_CODE = env("LANGUAGE_CODE", default="en-gb")
LANGUAGES = [
    (code, LANG_INFO.get(code, {}).get("name_local", code))
    for code in env.list("LANGUAGES", default=[LANGUAGE_CODE])
]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]  # docs/translation.md
FORMAT_MODULE_PATH = ["config.formats"]
if len(LANGUAGES) > 1:
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.common.CommonMiddleware"),
        "django.middleware.locale.LocaleMiddleware",
    )
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

# --- safety ---------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SILENCED_SYSTEM_CHECKS = [
    "security.W003"
]  # clusters.forgery.OwnForms is Django's middleware, by another name
CSRF_FAILURE_VIEW = "clusters.views.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the TOTP QR code of allauth
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "upgrade-insecure-requests": HTTPS,
        "report-uri": "/csp-report/",
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "meetings.slides.documents.StopAtTheLargest",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOG_REQUESTS = env.bool("LOG_REQUESTS", default=False)
SLOW_REQUEST = env.int("SLOW_REQUEST", default=1000)  # milliseconds; slower ones are logged
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "clusters.logs.WithRequest"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"},
        "json": {"()": "clusters.logs.JsonLines"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env("LOG_FORMAT", default="line"),
            "filters": ["request"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"fontTools": {"level": "WARNING"}},  # tells each step of cutting a font
}
