"""Finding faces in a picture: what a finder is, and the finders."""
