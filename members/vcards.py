"""A firm as a vCard 3.0 (RFC 2426), for the address book of whoever looks at its page."""

from datetime import datetime

from icalendar.parser import Contentline  # type: ignore[attr-defined]

from clusters.linked_data import absolute
from members.contact_fields import ContactFields
from members.models import Company


def vcard(company: Company, contact: ContactFields, now: datetime) -> str:
    """Has what `contact` lets the viewer know."""
    lines = [
        ("BEGIN", "", "VCARD"),
        ("VERSION", "", "3.0"),
        ("N", "", f"{escaped(company.name)};;;;"),
        ("FN", "", escaped(company.name)),
        ("ORG", "", escaped(company.name)),
        ("NOTE", "", escaped(company.summary)),
        ("URL", "", escaped(company.website)),
        ("EMAIL", ";TYPE=WORK", escaped(contact.email)),
        ("TEL", ";TYPE=WORK", escaped(contact.phone)),
        ("ADR", ";TYPE=WORK", address(contact)),
        ("SOURCE", "", escaped(absolute(company.get_absolute_url()))),
        ("REV", "", f"{now:%Y-%m-%dT%H:%M:%SZ}"),
        ("END", "", "VCARD"),
    ]
    written = [Contentline(f"{name}{kind}:{value}") for name, kind, value in lines if value]
    return b"".join(line.to_ical() + b"\r\n" for line in written).decode()


def address(contact: ContactFields) -> str:
    if not contact.town:
        return ""
    parts = ["", "", contact.address, contact.town, "", contact.postcode, "United Kingdom"]
    return ";".join(escaped(part) for part in parts)


def escaped(words: str) -> str:
    for sign in ("\\", ";", ","):
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\r\n", "\n").replace("\n", "\\n").replace("\r", "")
