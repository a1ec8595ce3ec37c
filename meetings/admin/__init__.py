from . import meeting, others, registrations, rota, usual

__all__ = ["meeting", "others", "registrations", "rota", "usual"]
