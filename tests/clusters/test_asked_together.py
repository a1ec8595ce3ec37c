"""One question for all threads that want its answer at the same moment."""

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from queue import SimpleQueue
from threading import Event
from time import monotonic, sleep

import pytest

from clusters.asked_together import AskedTogether

SECONDS = 10  # nothing here waits that long unless it is broken


class Question:
    """Numbers its answers, and gives each when it is let."""

    def __init__(self):
        self.numbers = count(1)
        self.begun: SimpleQueue[tuple[int, Event]] = SimpleQueue()
        self.fails_at = 0

    def __call__(self) -> int:
        number, may_end = next(self.numbers), Event()
        self.begun.put((number, may_end))
        assert may_end.wait(SECONDS)
        if number == self.fails_at:
            raise ConnectionError
        return number


@pytest.fixture
def question():
    return Question()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(8) as threads:
        yield threads


def let_end(question) -> None:
    question.begun.get(timeout=SECONDS)[1].set()


def wait_for(futures: list[Future]) -> None:
    """Until each is at work, and has had the time to come to the question."""
    until = monotonic() + SECONDS
    while not all(future.running() for future in futures):
        assert monotonic() < until
        sleep(0.01)
    sleep(0.2)


def test_who_comes_while_a_question_is_under_way_is_told_by_the_next_and_all_by_the_same(question, threads):
    ask = AskedTogether(question)
    first = threads.submit(ask)
    _, may_end = question.begun.get(timeout=SECONDS)
    others = [threads.submit(ask) for _ in range(4)]
    wait_for(others)
    may_end.set()
    let_end(question)
    assert first.result(SECONDS) == 1
    assert {other.result(SECONDS) for other in others} == {2}
    assert question.begun.empty()


def test_one_after_the_other_each_asks(question, threads):
    ask = AskedTogether(question)
    for number in (1, 2, 3):
        answer = threads.submit(ask)
        let_end(question)
        assert answer.result(SECONDS) == number


def test_when_it_fails_the_next_of_those_who_wait_asks(question, threads):
    question.fails_at = 2
    ask = AskedTogether(question)
    first = threads.submit(ask)
    _, may_end = question.begun.get(timeout=SECONDS)
    others = [threads.submit(ask) for _ in range(2)]
    wait_for(others)
    may_end.set()
    let_end(question)
    let_end(question)
    assert first.result(SECONDS) == 1
    assert sorted(repr(other.exception(SECONDS)) for other in others) == ["ConnectionError()", "None"]
    assert 3 in [other.result() for other in others if other.exception() is None]
