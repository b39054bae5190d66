"""Architectures, and what they cost."""
