from .association import Association, Hostname
from .cluster import Cluster
from .question import Question
from .supporter import Support, Supporter
from .topic import Theme, Topic
from .trail import Act

__all__ = ["Act", "Association", "Cluster", "Hostname", "Question", "Support", "Supporter", "Theme", "Topic"]
