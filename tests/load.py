"""People at work on a real server: their requests, each noted, and what came of it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle

import lxml.html
import requests
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from members.models import User


@dataclass
class Asked:
    number: str
    began: float
    ended: float = 0
    status: int = 0  # 0: no answer came


class Load:
    """Requests through nginx, each noted."""

    def __init__(self, address: str):
        self.address = address
        self.numbers = count()
        self.asked: list[Asked] = []

    def ask(self, session: requests.Session, method: str, path: str) -> int:
        asked = Asked(f"n{next(self.numbers)}", time.time())
        self.asked.append(asked)
        try:
            answer = session.request(
                method,
                self.address + path,
                headers={"X-Asked": asked.number, "Origin": self.address},
                allow_redirects=False,
                timeout=30,
            )
            asked.status = answer.status_code
        except requests.RequestException:
            pass
        asked.ended = time.time()
        return asked.status

    @property
    def failed(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.status not in (200, 302)]

    @contextmanager
    def visitors(self, number: int, pages: tuple[str, ...]):
        """So many look at these pages all the while."""
        over = threading.Event()

        def look_around():
            with requests.Session() as session:
                for path in cycle(pages):
                    self.ask(session, "GET", path)
                    if over.wait(0.02):
                        return

        with ThreadPoolExecutor(number) as pool:
            looking = [pool.submit(look_around) for _ in range(number)]
            try:
                yield
            finally:
                over.set()
        for one in looking:
            one.result()


def signed_in(user: User) -> requests.Session:
    stored = SessionStore()
    stored[SESSION_KEY] = str(user.pk)
    stored[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    stored[HASH_SESSION_KEY] = user.get_session_auth_hash()
    stored.create()
    session = requests.Session()
    session.cookies.set("session", stored.session_key, domain="127.0.0.1")
    return session


def change_firm(address: str, session: requests.Session, firm, files=None, **fields) -> requests.Response:
    """Through the firm's own form, at the site that answers there."""
    form_address = f"{address}/companies/{firm.slug}/edit/"
    page = lxml.html.fromstring(session.get(form_address, timeout=30).text)
    (form,) = [form for form in page.forms if "summary" in form.fields]
    return session.post(
        form_address,
        {**dict(form.form_values()), **fields},
        files=files,
        headers={"Origin": address},
        allow_redirects=False,
        timeout=30,
    )
