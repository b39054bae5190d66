"""How good a network is, and how sure it should be."""
