"""Who gets what at every address, by app: the tables that tests/test_access.py walks."""
