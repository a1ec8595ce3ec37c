class Refused(Exception):
    """An act that the rules do not allow. Its text is a sentence for the person who tried."""
