"""What a reader of uploaded files may take. Knows nothing of Django: readers start quickly and have nothing to lose."""

import resource

SECONDS = 20  # of computing
MEMORY = 1024**3


def bound_ourselves(seconds: int = SECONDS) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
