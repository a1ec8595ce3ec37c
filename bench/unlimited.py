"""The site for benches: nobody is stopped for reading the directory faster than people do (clusters.limits)."""

from config.wsgi import application  # sets Django up, which what follows needs

# isort: split
from clusters import limits

limits.PAGES_AN_HOUR = 10**9

__all__ = ["application"]
