"""Networks of the literature, fitted for the same computation each."""
