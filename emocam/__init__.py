"""Emocam reads facial expressions from a webcam, live and privately."""

__version__ = "0.1.0"
