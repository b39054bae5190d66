"""`emocam benchmark --seeing`: how far, how dark, how turned and how hidden a face may be and still be seen."""
