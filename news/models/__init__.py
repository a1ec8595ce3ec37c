from .article import Article

__all__ = ["Article"]
