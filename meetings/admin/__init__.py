from . import meeting, others

__all__ = ["meeting", "others"]
