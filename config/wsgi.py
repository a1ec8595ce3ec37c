import os
import sys

from django.core.wsgi import get_wsgi_application

from config import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# A thread that sends a kept page asks four times for the interpreter (after each word with the network), and waits this
# long for another that is making one. Seconds; else 0.005, with which a kept page took 13 ms beside four made, now 2.
sys.setswitchinterval(0.001)

checks.refuse_unsafe_start()
made = get_wsgi_application()  # sets Django up, which what follows needs

from clusters.visitors_pages import ServeKeptPages  # noqa: E402

application = ServeKeptPages(made)
