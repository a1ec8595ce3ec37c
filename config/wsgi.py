import os

from django.core.wsgi import get_wsgi_application

from config import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

checks.refuse_unsafe_start()
made = get_wsgi_application()  # sets Django up, which what follows needs

from clusters.visitors_pages import ServeKeptPages  # noqa: E402

application = ServeKeptPages(made)
