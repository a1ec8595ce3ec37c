"""A list of members that a coordinator has brought and not put in yet, and somebody who is still to be invited."""

from django.core.files.base import ContentFile

from members.imports import acts, work
from members.models import Invitation
from news.demo.stage import Stage

CLUSTER = "lancaster"
LIST = """Firm;Website;Person;E-mail;Town;Member since
Heysham Port Robotics Ltd;www.heysham-port-robotics.example;Nadia Grieve;nadia@heysham-port.example;Heysham;14/05/2021
Lune Valley System;;Owen Pye;owen.pye@lune-valley-systems.example;Lancaster;
Caton Moor Data;caton-moor-data.example;Ivy Birkett;ivy@caton-moor-data.example;Caton;31/02/2022
"""


def load(stage: Stage) -> None:
    stage.progress("lists")
    cluster = next(one for one in stage.clusters.values() if one.slug.startswith(CLUSTER))
    by = cluster.officers.current().order_by("pk")[0].user
    one = acts.upload(ContentFile(LIST.encode(), "members-2022.csv"), kind="members", of=cluster, by=by)
    acts.match_columns(one, one.mapping, by=by)
    one.refresh_from_db()
    work.look_through(one)
    company = cluster.memberships.active().order_by("pk")[0].company
    Invitation.objects.create(
        company=company,
        cluster=cluster,
        email=f"new-colleague@{company.web_domain}",
        name="Maud Swarbrick",
        job="Designer",
        by=by,
        created_at=stage.now,
    )
