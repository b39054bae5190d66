"""The page beside each model file."""
