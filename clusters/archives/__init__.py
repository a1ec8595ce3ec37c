"""All data of a cluster, an association or the whole site as one ZIP, and back again.

Each app says in its `kept.py` which of its models go into it (`KEPT`, a line each) and which don't and why
(`LEFT_OUT`). `writing.write` makes the ZIP, `loading.load` puts one into an empty site. Rows keep their numbers, so
that what refers to them, addresses and the trail included, still does.
"""

from .kept import Kept, Scope
from .loading import load
from .writing import write

__all__ = ["Kept", "Scope", "load", "write"]
