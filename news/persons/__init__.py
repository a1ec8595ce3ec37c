"""People's own data: a copy of all of it, and going for good. What is held is said in each app's `held.py`."""
