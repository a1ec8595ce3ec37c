"""One factory for each model, by app. Defaults make the smallest row that is valid and visible."""

from .clusters import *
from .meetings import *
from .members import *
from .news import *
