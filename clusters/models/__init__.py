from .asked import AskedQuestion
from .association import Association, Hostname
from .cluster import Cluster
from .image import StoredImage
from .postcode import Postcode
from .question import Question
from .supporter import Support, Supporter, SupporterLogo
from .topic import Theme, Topic
from .trail import Act

__all__ = [
    "Act",
    "AskedQuestion",
    "Association",
    "Cluster",
    "Hostname",
    "Postcode",
    "Question",
    "StoredImage",
    "Support",
    "Supporter",
    "SupporterLogo",
    "Theme",
    "Topic",
]
