from . import meeting, others, rota, usual

__all__ = ["meeting", "others", "rota", "usual"]
