"""An invented country of clusters, to measure with: made inside Postgres, so that millions of rows take minutes.

A cluster has about 25 firms, a firm one or two people, a cluster 50 meetings of which 10 lie ahead, and to each come
two thirds of its people. Firms, topics, towns and words are as common and as rare as such things are.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, models, transaction

from clusters.models import Association, Cluster, Support, Supporter, Topic
from clusters.models.topic import Theme
from meetings.models import AgendaItem, Duty, Feedback, Meeting, Presentation, Registration, Venue
from members.models import Company, Membership, Officer, Representative, User
from news.models import Article

from .scale_words import PLACES, SUBJECTS, TOWNS, TRADES, pick, text_of

FIRMS_IN_A_CLUSTER = 25
CLUSTERS_IN_AN_ASSOCIATION = 40
MEETINGS_OF_A_CLUSTER = 50
AHEAD = 10


def insert(model: type[models.Model], source: str, **columns: str) -> None:
    """Rows of `model` from SQL expressions over `source`; what is not given has the model's default."""
    names, values, parameters = [], [], []
    for field in model._meta.concrete_fields:
        if field.generated or (field.primary_key and field.name not in columns):
            continue
        names.append(f'"{field.column}"')
        if field.name in columns:
            values.append(columns[field.name].replace("%", "%%"))
        elif isinstance(field, models.UUIDField):
            values.append("gen_random_uuid()")
        elif isinstance(field, models.DateTimeField) and not field.null:
            values.append("now()")
        else:
            default = field.get_default()
            values.append("%s")
            parameters.append(field.get_db_prep_save(default, connection))
    table = model._meta.db_table
    with connection.cursor() as cursor:
        into, source = ", ".join(names), source.replace("%", "%%")
        cursor.execute(f"INSERT INTO {table} ({into}) SELECT {', '.join(values)} FROM {source}", parameters)
        if "id" in columns:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def numbers(count: int) -> str:
    """SQL: a source of `n` from 0."""
    return f"generate_series(0::bigint, {count} - 1) n"


@dataclass(frozen=True)
class Country:
    """So many firms and what belongs to them, each kind numbered from `first`."""

    firms: int
    first: int

    @property
    def clusters(self) -> int:
        return max(1, self.firms // FIRMS_IN_A_CLUSTER)

    @property
    def associations(self) -> int:
        return max(1, self.clusters // CLUSTERS_IN_AN_ASSOCIATION)

    @property
    def people(self) -> int:
        """One for each firm, two for every fifth."""
        return self.firms + self.firms // 5

    @property
    def meetings(self) -> int:
        return self.clusters * MEETINGS_OF_A_CLUSTER

    # SQL over `c`, the number of a cluster, and `k`, that of one of its meetings
    @property
    def each_meeting(self) -> str:
        return f"generate_series(0::bigint, {self.clusters} - 1) c, generate_series(0, {MEETINGS_OF_A_CLUSTER} - 1) k"

    @property
    def meeting(self) -> str:
        return f"{self.first} + c * {MEETINGS_OF_A_CLUSTER} + k"

    @property
    def starts(self) -> str:
        return (
            "date_trunc('day', now()) + interval '18 hours 30 minutes' "
            f"+ (k - {MEETINGS_OF_A_CLUSTER - AHEAD}) * interval '36 days' + (c % 30) * interval '1 day'"
        )

    def firm_in_turn(self, offset: int) -> str:
        return f"{self.first} + c * {FIRMS_IN_A_CLUSTER} + (k + {offset}) % {FIRMS_IN_A_CLUSTER}"

    def steps(self) -> list[tuple[str, Callable[[], None]]]:
        """What is made, in order."""
        return [
            ("associations", self.make_associations),
            ("clusters", self.make_clusters),
            ("firms", self.make_firms),
            ("memberships", self.make_memberships),
            ("people", self.make_people),
            ("topics and rooms", self.make_topics_and_rooms),
            ("meetings", self.make_meetings),
            ("turns", self.make_turns),
            ("agendas", self.make_agendas),
            ("answers", self.make_answers),
            ("what people say afterwards", self.make_feedback),
            ("presentations", self.make_presentations),
            ("news", self.make_news),
            ("supporters", self.make_supporters),
        ]

    def make_associations(self) -> None:
        insert(
            Association,
            numbers(self.associations),
            id=f"{self.first} + n",
            name=f"{pick(TOWNS, 'n')} || ' Technology Association ' || {self.first} + n",
            short_name=f"'TA' || {self.first} + n",
            slug=f"'technology-association-' || {self.first} + n",
            name_lines=f"{pick(TOWNS, 'n')} || '|Technology'",
            contact_email=f"'association' || {self.first} + n || '@scale.example'",
            tagline="'Local clusters of digital firms.'",
        )

    def make_clusters(self) -> None:
        insert(
            Cluster,
            numbers(self.clusters),
            id=f"{self.first} + n",
            association=f"{self.first} + n % {self.associations}",
            name=f"{pick(TOWNS, 'n * 7')} || ' & ' || {pick(PLACES, 'n')} || ' ' || {self.first} + n",
            slug=f"'scale-cluster-' || {self.first} + n",
            state="CASE WHEN n % 20 = 0 THEN 'resting' WHEN n % 15 = 0 THEN 'forming' ELSE 'active' END",
            town=pick(TOWNS, "n * 7"),
            latitude="50.5 + (n * 7919 % 7000) / 1000.0",
            longitude="-4.5 + (n * 104729 % 5500) / 1000.0",
            usual_week="1 + n % 4",
            usual_weekday="n % 5",
            usual_start="'18:30'",
            glyph_seed="n + 1",
        )

    def make_firms(self) -> None:
        name = f"{pick(PLACES, 'n * 7 + n / 30')} || ' ' || {pick(TRADES, 'n / 30 + n')} || ' ' || {self.first} + n"
        insert(
            Company,
            numbers(self.firms),
            id=f"{self.first} + n",
            name=name,
            slug=f"'scale-firm-' || {self.first} + n",
            name_key=f"lower({name})",
            summary=f"'We make ' || {pick(TRADES, 'n * 3')} || ' for ' || {pick(SUBJECTS, 'n * 7')} || '.'",
            about=f"'A firm of ' || {pick(TOWNS, 'n')} || ' that knows ' || {pick(SUBJECTS, 'n * 11')}",
            expertise=f"ARRAY[{pick(SUBJECTS, 'n * n')}, {pick(SUBJECTS, 'n * n + n')}]",
            size="(ARRAY['1', '2-9', '2-9', '10-49', '50-249'])[1 + n % 5]",
            legal_form="'limited'",
            town=pick(TOWNS, f"n / {FIRMS_IN_A_CLUSTER} * 7"),
            created_at="now() - (n % 2000) * interval '1 day'",
        )

    def make_memberships(self) -> None:
        """Each firm in one cluster, every fifth in the next one too."""
        for every, further in ((1, 0), (5, 1)) if self.clusters > 1 else ((1, 0),):
            insert(
                Membership,
                f"{numbers(self.firms)} WHERE n % {every} = 0",
                company=f"{self.first} + n",
                cluster=f"{self.first} + (n / {FIRMS_IN_A_CLUSTER} + {further}) % {self.clusters}",
                state="'active'",
                applied_at="now() - (n % 2000 + 3) * interval '1 day'",
                joined_at="now() - (n % 2000) * interval '1 day'",
            )

    def make_people(self) -> None:
        """One for each firm, two for every fifth; nobody can sign in. A coordinator for each cluster."""
        insert(
            User,
            numbers(self.people),
            id=f"{self.first} + n",
            password="'!'",
            email=f"'person' || {self.first} + n || '@scale.example'",
            name=f"{pick(PLACES, 'n * 13')} || ' ' || {pick(TOWNS, 'n / 20')}",
        )
        insert(
            Representative,
            numbers(self.people),
            company=f"{self.first} + CASE WHEN n < {self.firms} THEN n ELSE (n - {self.firms}) * 5 END",
            user=f"{self.first} + n",
            role=f"CASE WHEN n < {self.firms} THEN 'lead' ELSE 'deputy' END",
            since="now()",
        )
        insert(
            Officer,
            numbers(self.clusters),
            user=f"{self.first} + n * {FIRMS_IN_A_CLUSTER}",
            office="'coordinator'",
            cluster=f"{self.first} + n",
            start="current_date - 400",
        )

    def make_topics_and_rooms(self) -> None:
        themes = ", ".join(f"'{theme}'" for theme in Theme.values)
        insert(
            Topic,
            f"generate_series(0::bigint, {self.clusters} - 1) c, generate_series(0, 4) k",
            id=f"{self.first} + c * 5 + k",
            cluster=f"{self.first} + c",
            theme=f"(ARRAY[{themes}])[1 + k]",
            name=f"initcap({pick(SUBJECTS, 'c + k * 4')})",
        )
        insert(
            Venue,
            f"generate_series(0::bigint, {self.clusters} - 1) c, generate_series(0, 1) k",
            id=f"{self.first} + c * 2 + k",
            cluster=f"{self.first} + c",
            name=f"{pick(PLACES, 'c')} || ' House ' || k",
            capacity="25 + (c + k) % 30",
            town=pick(TOWNS, "c * 7"),
        )

    def make_meetings(self) -> None:
        insert(
            Meeting,
            self.each_meeting,
            id=self.meeting,
            cluster=f"{self.first} + c",
            title=f"initcap({pick(SUBJECTS, 'c + k')}) || ' and ' || {pick(SUBJECTS, 'c * 3 + k * 7')}",
            starts_at=self.starts,
            ends_at=f"{self.starts} + interval '2 hours'",
            venue=f"{self.first} + c * 2 + k % 2",
            openness="CASE WHEN k % 6 = 5 THEN 'members' ELSE 'public' END",
            state=f"CASE WHEN {self.starts} < now() - interval '2 hours' THEN 'held' "
            f"WHEN k >= {MEETINGS_OF_A_CLUSTER - 2} THEN 'draft' ELSE 'published' END",
        )

    def make_turns(self) -> None:
        for role, offset in (("chair", 0), ("host", 9)):
            insert(
                Duty,
                self.each_meeting,
                meeting=self.meeting,
                role=f"'{role}'",
                company=self.firm_in_turn(offset),
                state=f"CASE WHEN {self.starts} < now() THEN 'fulfilled' ELSE 'accepted' END",
            )

    def make_agendas(self) -> None:
        """A showcase each; every fourth meeting that was had another talk."""
        for kind, first, which in (
            ("showcase", self.first, "true"),
            ("talk", self.first + self.meetings, f"k % 4 = 0 AND k < {MEETINGS_OF_A_CLUSTER - AHEAD}"),
        ):
            firm = self.firm_in_turn(0 if kind == "showcase" else 4)
            insert(
                AgendaItem,
                f"{self.each_meeting} WHERE {which}",
                id=f"{first} + c * {MEETINGS_OF_A_CLUSTER} + k",
                meeting=self.meeting,
                kind=f"'{kind}'",
                minutes="20",
                title=f"'How we do ' || {pick(SUBJECTS, 'c + k * 3')} || ' with ' || {pick(TRADES, 'c * 11 + k')}",
                company=firm,
                presenter=firm,  # who leads it has its number
                topic=f"{self.first} + c * 5 + k % 5",
            )

    def make_answers(self) -> None:
        """Of each cluster's people two thirds; of the meetings that are over, nine in ten of them came."""
        insert(
            Registration,
            f"{Meeting._meta.db_table} m "
            f"JOIN {Membership._meta.db_table} s ON s.cluster_id = m.cluster_id "
            f"JOIN {Representative._meta.db_table} r ON r.company_id = s.company_id "
            f"WHERE m.id >= {self.first} AND m.id < {self.first} + {self.meetings} "
            "AND m.state <> 'draft' AND (r.user_id * 7 + m.id * 3) % 9 < 6",
            meeting="m.id",
            user="r.user_id",
            company="r.company_id",
            state="CASE WHEN m.state <> 'held' THEN 'registered' WHEN (r.user_id + m.id) % 10 = 0 THEN 'no-show' "
            "ELSE 'attended' END",
            code="lpad(upper(to_hex((r.user_id * 65537 + m.id) % 1048576)), 5, 'X')",
            created_at="m.starts_at - interval '9 days'",
        )

    def make_feedback(self) -> None:
        """Of one in eight who came; old words are forgotten by now."""
        insert(
            Feedback,
            f"{Registration._meta.db_table} r JOIN {Meeting._meta.db_table} m ON m.id = r.meeting_id "
            f"WHERE m.id >= {self.first} AND r.state = 'attended' AND (r.user_id + r.meeting_id) % 8 = 0",
            meeting="m.id",
            registration="r.id",
            rating="5 - (r.user_id + r.meeting_id) / 8 % 3",
            comment="CASE WHEN r.user_id % 4 = 0 AND m.ends_at > now() - interval '23 months' "
            f"THEN 'More about ' || {pick(SUBJECTS, 'r.user_id')} || ', please.' ELSE '' END",
            given_at="m.ends_at + interval '1 day'",
        )

    def make_presentations(self) -> None:
        """Of all talks that were given; of each cluster's next meeting they are expected."""
        insert(
            Presentation,
            f"{AgendaItem._meta.db_table} a "
            f"JOIN {Meeting._meta.db_table} m ON m.id = a.meeting_id "
            f"JOIN {Company._meta.db_table} f ON f.id = a.company_id "
            f"JOIN {User._meta.db_table} u ON u.id = a.presenter_id "
            f"WHERE a.id >= {self.first} "
            f"AND (m.id - {self.first}) % {MEETINGS_OF_A_CLUSTER} <= {MEETINGS_OF_A_CLUSTER - AHEAD}",
            meeting="m.id",
            agenda_item="a.id",
            company="f.id",
            presenter="u.id",
            title="a.title",
            audience="CASE WHEN a.id % 3 = 0 THEN 'members' ELSE 'public' END",
            state="CASE WHEN m.state = 'held' THEN 'published' ELSE 'expected' END",
            published_at="CASE WHEN m.state = 'held' THEN m.ends_at END",
            text=text_of(f"(a.id - {self.first})"),
            names="f.name || ' ' || u.name",
        )

    def make_news(self) -> None:
        insert(
            Article,
            numbers(self.firms // 10),
            association=f"{self.first} + n % {self.associations}",
            kind="CASE WHEN n % 4 = 0 THEN 'story' ELSE 'news' END",
            title=f"initcap({pick(SUBJECTS, 'n')}) || ' in ' || {pick(TOWNS, 'n * 3')} || ' ' || {self.first} + n",
            slug=f"'scale-news-' || {self.first} + n",
            summary=f"'What came of ' || {pick(SUBJECTS, 'n * 7')}",
            body=text_of("n"),
            quote="CASE WHEN n % 4 = 0 THEN 'It paid.' ELSE '' END",
            state="'published'",
            published_at="now() - n * interval '7 hours'",
        )

    def make_supporters(self) -> None:
        insert(
            Supporter,
            numbers(self.associations),
            id=f"{self.first} + n",
            name=f"{pick(TOWNS, 'n')} || ' Fund ' || {self.first} + n",
            slug=f"'scale-fund-' || {self.first} + n",
            kind="'funder'",
        )
        insert(
            Support,
            numbers(self.associations),
            supporter=f"{self.first} + n",
            association=f"{self.first} + n",
            gives="'money'",
            start="current_date - 500",
        )


def load(firms: int, say: Callable[[str], None]) -> None:
    """All or nothing, then the statistics Postgres plans with."""
    with transaction.atomic():
        first = 1 + max(
            model.objects.aggregate(last=models.Max("pk"))["last"] or 0
            for model in (Association, Cluster, Company, User, Topic, Venue, Meeting, AgendaItem, Supporter)
        )
        for name, make in Country(firms, first).steps():
            say(name)
            make()
        say("checking")
    say("statistics")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
