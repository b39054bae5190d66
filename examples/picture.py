"""The faces of one picture: `python picture.py portrait.jpg`."""

import sys

import emocam

for face in emocam.Analyzer().analyze(sys.argv[1]).faces:
    print(f"face {face.number} at {face.box}: {face.label}, {face.confidence:.0%}")
