"""Where made pages are kept."""

import math
from concurrent.futures import ThreadPoolExecutor

from clusters.shelves import Key, Page, Shelf, Shelves


def test_a_shelf_holds_so_much_and_lets_go_what_was_not_asked_for_longest():
    page = Page({"": 1}, set(), [], math.inf, {}, b"x" * 100_000)
    shelf = Shelf(page.size * 3)
    for name in "abc":
        shelf.put((name,), page)
    assert shelf.get(("a",)) is page
    shelf.put(("d",), page)
    shelf.put(("d",), page)
    assert [key for (key,) in shelf.pages] == ["c", "a", "d"]
    assert shelf.bytes == page.size * 3
    assert shelf.get(("b",)) is None


def test_of_threads_that_want_the_same_page_one_makes_it():
    shelves, made = Shelves(1_000_000), []
    key = Key("http", "host", "", "/", "", "auto", "en-gb")

    def ask():
        with shelves.making(key):
            if shelves.find(key, 1) is None:
                made.append(key)
                shelves.keep(key, Page({"": 1}, set(), [], math.inf, {}, b"page"))

    with ThreadPoolExecutor(4) as pool:
        for job in [pool.submit(ask) for _ in range(8)]:
            job.result()
    assert made == [key]
    assert not shelves.makers
