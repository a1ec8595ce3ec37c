from . import afterwards, meeting, others, registrations, rota, slides, usual

__all__ = ["afterwards", "meeting", "others", "registrations", "rota", "slides", "usual"]
