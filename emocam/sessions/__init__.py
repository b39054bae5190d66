"""Recordings: written as they happen, completed after a crash, and read again."""
