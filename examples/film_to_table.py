"""A film as a pandas table, a row for each face of each frame: `python film_to_table.py film.mp4 faces.csv`.

Needs pandas: `pip install pandas`.
"""

import sys

import pandas

import emocam

film, out = sys.argv[1:]
with emocam.Analyzer() as analyzer:
    table = pandas.DataFrame(row for analysis in analyzer.analyze_film(film) for row in analysis.rows())

table.to_csv(out, index=False)
labelled = table.dropna(subset=["label"])
# Seconds, and not rows: a film's frames need not be equally long.
print(labelled.groupby(["face", "label"]).agg(seconds=("lasts_s", "sum"), confidence=("confidence", "mean")))
