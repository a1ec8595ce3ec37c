from .association import Association, Hostname
from .cluster import Cluster
from .question import Question
from .supporter import Support, Supporter
from .topic import Theme, Topic

__all__ = ["Association", "Cluster", "Hostname", "Question", "Support", "Supporter", "Theme", "Topic"]
