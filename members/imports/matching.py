"""Which firm is meant: by its web domain, else by its name. Never by guess: what is only alike is asked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from members.models import Company
from members.models.company import BARE_NAME_SQL, SHARED_DOMAINS, web_domain

ALIKE = 0.6  # trigram similarity of bare names; at 0.3, where joining looks, half of a long list is like something
MOST_CANDIDATES = 3
AT_ONCE = 500
NEW = "new"


@dataclass
class Firms:
    """What is known of the firms that the lines name. Firms to be made join it, so that later lines find them."""

    by_domain: dict[str, Company] = field(default_factory=dict)
    by_key: dict[str, list[Company]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, str] = field(default_factory=dict)
    alike: dict[str, list[Company]] = field(default_factory=dict)

    def all(self) -> list[Company]:
        lists = [*self.by_key.values(), *self.alike.values()]
        return [*self.by_domain.values(), *(company for some in lists for company in some)]

    def add(self, company: Company) -> None:
        if is_own(company.web_domain):
            self.by_domain[company.web_domain] = company
        key = self.keys.get(company.name)
        if key and company not in self.by_key[key]:
            self.by_key[key].append(company)


class Unclear(Exception):
    """More than one firm may be meant, or one that is only alike. Its text is a sentence."""

    def __init__(self, sentence: str, candidates: Iterable[Company]):
        super().__init__(sentence)
        self.candidates = list(candidates)


def find(firms: Firms, name: str, website: str, choice: str = "") -> Company | None:
    """The firm meant, None if it is a new one. `choice` is what the officer answered where that was unclear."""
    domain = web_domain(website)
    own_domain = domain if is_own(domain) else ""
    here = firms.by_domain.get(own_domain) if own_domain else None
    same_name = firms.by_key.get(firms.keys.get(name, ""), [])
    if here:
        others = [company for company in same_name if company != here]
        if others and here not in same_name and not choice:
            raise Unclear(
                _("The web address is that of %(here)s, the name that of %(others)s. Which is it?")
                % {"here": here, "others": others[0]},
                [here],
            )
        return here
    candidates = same_name or firms.alike.get(name, [])
    if choice == NEW:
        return None
    chosen = [company for company in candidates if str(company.pk) == choice]
    if chosen:
        return chosen[0]
    if len(same_name) == 1 and not _have_other_domains(same_name[0], own_domain):
        return same_name[0]
    if same_name:
        raise Unclear(
            _("%(listed)s has the same name, but maybe not the same web address.")
            % {"listed": _listed(same_name)},
            same_name,
        )
    if candidates:
        raise Unclear(
            _("Its name is much like %(listed)s. Is it the same firm?") % {"listed": _listed(candidates)},
            candidates,
        )
    return None


def is_own(domain: str) -> bool:
    return bool(domain) and domain not in SHARED_DOMAINS


def _have_other_domains(company: Company, domain: str) -> bool:
    return bool(domain) and is_own(company.web_domain) and company.web_domain != domain


def _listed(companies: list[Company]) -> str:
    names = [f"{one.name} ({one.web_domain})" if one.web_domain else one.name for one in companies]
    return get_text_list(names, _("and"))


def known(named: Iterable[tuple[str, str]]) -> Firms:
    """What is known of firms with these names and websites, asked for in a few queries."""
    named = list(named)
    firms = Firms()
    domains = {web_domain(website) for _, website in named if is_own(web_domain(website))}
    for some in _pieces(sorted(domains)):
        for company in Company.objects.filter(web_domain__in=some):
            firms.by_domain[company.web_domain] = company
    names = sorted({name for name, _ in named})
    for some in _pieces(names):
        firms.keys |= _keys(some)
    for some in _pieces(sorted(set(firms.keys.values()) - {""})):
        for company in Company.objects.filter(name_key__in=some).order_by("pk"):
            firms.by_key[company.name_key].append(company)
    unknown = [
        name
        for name, website in named
        if web_domain(website) not in firms.by_domain and firms.keys[name] not in firms.by_key
    ]
    for some in _pieces(list(dict.fromkeys(unknown))):
        firms.alike |= _alike(some)
    return firms


def _pieces(values: list[str]) -> Iterable[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def _keys(names: list[str]) -> dict[str, str]:
    """The bare name of each, as the database makes `Company.name_key`."""
    sql = f"SELECT name, {BARE_NAME_SQL.format('name')} FROM unnest(%s::text[]) name"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [names])
        return dict(cursor.fetchall())


def _alike(names: list[str]) -> dict[str, list[Company]]:
    """Firms with a name much like each, the likest first. By the trigram index, a lookup for each name."""
    sql = f"""
        SELECT typed, near.id FROM unnest(%s::text[]) typed
        CROSS JOIN LATERAL (
            SELECT id FROM members_company
            WHERE name_key %% {BARE_NAME_SQL.format("typed")}
            ORDER BY similarity(name_key, {BARE_NAME_SQL.format("typed")}) DESC, id
            LIMIT {MOST_CANDIDATES}
        ) near
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        cursor.execute(sql, [names])
        pairs = cursor.fetchall()
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', '0.3', true)")
    companies = Company.objects.in_bulk({pk for _, pk in pairs})
    alike = defaultdict(list)
    for name, pk in pairs:
        alike[name].append(companies[pk])
    return dict(alike)
