"""A model of one's own, and three labels instead of seven: `python own_model.py model.hdf5 portrait.jpg`.

The file comes from `python -m training export`; it says itself what its network is fed and which labels it gives.
"""

import sys

import emocam

model, picture = sys.argv[1:]
settings = emocam.Settings(spectrum="three", prediction_sensitivity_percent=50)
try:
    analyzer = emocam.Analyzer(model, settings=settings)
    analysis = analyzer.analyze(picture)
except (emocam.ModelFileError, emocam.SourceError) as error:
    sys.exit(str(error))

print("labels of the network:", ", ".join(analyzer.labels))
for face in analysis.faces:
    likely = sorted(face.probabilities, key=face.probabilities.__getitem__, reverse=True)[:3]
    print(f"face {face.number}: {face.label} ({', '.join(likely)})")
