from . import afterwards, clusters, meeting, others, registrations, rota, slides, usual

__all__ = ["afterwards", "clusters", "meeting", "others", "registrations", "rota", "slides", "usual"]
