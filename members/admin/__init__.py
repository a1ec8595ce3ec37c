from . import mails

__all__ = ["mails"]
