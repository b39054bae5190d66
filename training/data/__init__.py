"""The faces to learn from: read, varied, and turned into targets."""
