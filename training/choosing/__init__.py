"""Chooses what becomes of a finished fit in the app: how its heads are mixed, and how rare labels are weighed."""
