"""Trains, evaluates and exports the networks that Emocam runs."""
