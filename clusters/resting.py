"""A cluster starts, rests and starts again: its coordinator's decision alone."""

from clusters import trail
from clusters.models import Cluster


def start(cluster: Cluster, *, by) -> None:
    """It meets: it is listed as active and firms can join."""
    cluster.state = Cluster.State.ACTIVE
    cluster.save(update_fields=["state"])
    trail.record(by, "started", cluster, cluster=cluster)


def rest(cluster: Cluster, *, by) -> None:
    """It pauses. Members stay members, nobody new joins, its page says whom to ask."""
    cluster.state = Cluster.State.RESTING
    cluster.save(update_fields=["state"])
    trail.record(by, "put to rest", cluster, cluster=cluster)
