from .article import Article
from .consent import Consent
from .digest import Digest
from .letter import Letter
from .picture import ArticlePicture

__all__ = ["Article", "ArticlePicture", "Consent", "Digest", "Letter"]
