from .article import Article
from .consent import Consent
from .picture import ArticlePicture

__all__ = ["Article", "ArticlePicture", "Consent"]
