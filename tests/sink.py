"""A real mail server to send to: it keeps what it gets, and can be slow, choosy or away."""

import asyncio
import email
import email.policy
import socket
import threading
from email.message import EmailMessage

from aiosmtpd.controller import Controller


class Sink:
    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.letters: list[EmailMessage] = []
        self.delay = 0.0  # seconds from having a mail to saying so
        self.refusals: dict[str, str] = {}  # address: what it says to it
        self.slow: dict[str, float] = {}  # domain: seconds until it takes an address there
        self.answer = "250 Kept"  # to every mail
        self.busy = threading.Event()  # a mail has come in
        self.controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return sorted(letter["To"] for letter in self.letters)

    def open(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):  # noqa: N802
        await asyncio.sleep(self.slow.get(address.rpartition("@")[2], 0))
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.busy.set()
        await asyncio.sleep(self.delay)
        return self.answer
