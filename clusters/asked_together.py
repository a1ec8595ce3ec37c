"""One question for all threads that want its answer at the same moment."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Round(Generic[Answer]):
    """Those who came since the last question began, and what they are told."""

    __slots__ = ("answer", "is_asked")
    answer: Answer

    def __init__(self):
        self.is_asked = False


class AskedTogether(Generic[Answer]):
    """Whoever calls is told by a question that began after it called, never by one under way.

    So nobody is told of a time before it came, and of many who come while one question is answered a single one asks
    the next. If that fails, the next of them asks.
    """

    def __init__(self, ask: Callable[[], Answer]):
        self._ask = ask
        self._turn = Lock()
        self._coming: Round[Answer] = Round()

    def __call__(self) -> Answer:
        ours = self._coming
        with self._turn:
            if not ours.is_asked:
                self._coming = Round()  # for those who come from here on
                ours.answer = self._ask()
                ours.is_asked = True
        return ours.answer
