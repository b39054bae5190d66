"""The scores that a model file gives of itself, read with care: a file may say anything, or nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from emocam.labels import KNOWN_EMOTIONS, SPECTRA, SUMMED_SPECTRA

STEPS = 101  # of the prediction sensitivity, 0 to 100 %
JUDGES = {"fer2013": "FER-2013's own labels", "ferplus": "ten people"}
AIMS = {"fer2013": "judges like FER-2013", "ferplus": "judges like people"}
SPLITS = {
    "public_test": "PublicTest",
    "private_test": "PrivateTest",
    "training": "Training",
    "choosing_tenth": "the validation split of Training",
}
COLLECTIONS_SHOWN = 12  # of faces from elsewhere; more would push the rest of a card out of sight
LONGEST_NAME = 40
VOTERS_LABELS = ("eight", "three")  # in which one of FER+'s people and the network are compared
MOST = 10**9  # of faces, or of parameters


@dataclass(frozen=True, slots=True)
class Score:
    """How often a network is right on one set of faces; None where the file does not say, or says what cannot be.

    interval: of the accuracy, 95 %. mean_recall: every label counts alike. by_spectrum: the accuracy in the spectra
    that sum up the seven emotions, by name; only what the file tells. ece: expected calibration error, 0 to 1.
    """

    accuracy: float
    interval: tuple[float, float] | None
    mean_recall: float | None
    by_spectrum: Mapping[str, float]
    ece: float | None
    faces: int | None


@dataclass(frozen=True, slots=True)
class Voters:
    """How often one of FER+'s ten people, and the network, agree with most of the other nine; 95 % intervals.

    labels: how many there are to choose from, in words.
    """

    labels: str
    voter: Score
    network: Score


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often faces of each label were given each label; counts[true][answered]."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class SensitivityFigures:
    """For each prediction sensitivity from 0 to 100 %: the share of faces that get a label, and of these that are
    right; None where none does. measured: on which faces, and whose labels were right, in words.
    """

    labelled: tuple[float, ...]
    right: tuple[float | None, ...]
    measured: str


@dataclass(frozen=True, slots=True)
class NetworkScores:
    """What a file says of its network on one split.

    fer2013: by FER-2013's own labels. distinct: the same, without the pictures that stand in Training too.
    ferplus, eight: by the majority of FER+'s ten people, on seven labels and on eight. voters: one of them beside the
    network. judge: whose labels the
    network was tuned for, a key of JUDGES; confusion and by_spectrum are judged by these.
    """

    split: str
    judge: str | None
    fer2013: Score | None
    distinct: Score | None
    ferplus: Score | None
    eight: Score | None
    elsewhere: tuple[tuple[str, Score], ...]
    confusion: Confusion | None
    by_spectrum: Mapping[str, SensitivityFigures]
    voters: tuple[Voters, ...] = ()

    @property
    def judged(self) -> Score | None:
        """Return the score by the judge's labels, with contempt where the network knows that."""
        return (self.eight or self.ferplus) if self.judge == "ferplus" else self.fer2013

    @property
    def aim(self) -> str:
        """Return in a few words whose labels the network was tuned for; nothing where the file does not tell."""
        return AIMS.get(self.judge or "", "")

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        parts = (self.fer2013, self.distinct, self.ferplus, self.eight, self.confusion)
        return all(part is None for part in parts) and not self.elsewhere and not self.by_spectrum


def network_scores(metadata: Mapping[str, Any]) -> NetworkScores | None:
    """Return the scores on the split that a file says most about; None where it gives no scores. Never raises."""
    splits = {name: part for name, part in _part(metadata, "metrics").items() if isinstance(part, dict)}
    scores = [(len(part), _split_scores(name, part)) for name, part in splits.items()]
    told = [(count, one) for count, one in scores if not one.is_empty]
    return max(told, key=lambda pair: pair[0])[1] if told else None


def share_of(value: object) -> float | None:
    """Return a number from 0 to 1 as it is, and None for anything else, NaN included."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    return None


def count_of(value: object) -> int | None:
    """Return a whole number above 0 as it is, and None for anything else, or for more than a card has room for."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST else None


def _split_scores(name: str, figures: Mapping[str, Any]) -> NetworkScores:
    split = SPLITS.get(name, name.replace("_", " ")[:LONGEST_NAME])
    judged_by = figures.get("judged_by")
    judge = judged_by if isinstance(judged_by, str) and judged_by in JUDGES else None
    if judged_by is None:
        judge = "fer2013"  # files from before networks were tuned for FER+'s people
    measured = f"{split}, judged by {JUDGES[judge]}" if judge else split
    curves = {name: _sensitivity(_part(figures, "sensitivity").get(name), measured) for name in SPECTRA}
    ferplus = _part(figures, "ferplus")
    elsewhere = ((str(name)[:LONGEST_NAME], _score(one)) for name, one in _part(figures, "elsewhere").items())
    return NetworkScores(
        split=split,
        judge=judge,
        fer2013=_score(figures),
        distinct=_score(figures.get("without_pictures_of_training")),
        ferplus=_score(ferplus),
        eight=_score(ferplus.get("eight_labels")),
        elsewhere=tuple(islice(((name, score) for name, score in elsewhere if score), COLLECTIONS_SHOWN)),
        confusion=_confusion(figures.get("confusion")),
        by_spectrum={name: curve for name, curve in curves.items() if curve is not None},
        voters=tuple(_voters(_part(ferplus, "voters"))),
    )


def _score(part: object) -> Score | None:
    if not isinstance(part, dict):
        return None
    accuracy = share_of(part.get("accuracy"))
    if accuracy is None:
        return None
    told = {spectrum.name: share_of(part.get(spectrum.accuracy_name)) for spectrum in SUMMED_SPECTRA}
    return Score(
        accuracy=accuracy,
        interval=_interval(part.get("accuracy_ci95"), accuracy),
        mean_recall=share_of(part.get("balanced_accuracy")),
        by_spectrum={name: share for name, share in told.items() if share is not None},
        ece=share_of(part.get("ece")),
        faces=count_of(part.get("n")),
    )


def _voters(part: Mapping[str, Any]) -> Iterator[Voters]:
    for name in VOTERS_LABELS:
        one = _part(part, name)
        told = [
            _score({"accuracy": one.get(who), "accuracy_ci95": one.get(f"{who}_ci95"), "n": one.get("n")})
            for who in ("voter", "network")
        ]
        voter, network = told
        if voter and network:
            yield Voters(name, voter, network)


def _interval(part: object, accuracy: float) -> tuple[float, float] | None:
    if not isinstance(part, list) or len(part) != 2:
        return None
    low, high = share_of(part[0]), share_of(part[1])
    return (low, high) if low is not None and high is not None and low <= accuracy <= high else None


def _confusion(part: object) -> Confusion | None:
    labels, counts = (part.get("labels"), part.get("counts")) if isinstance(part, dict) else (None, None)
    if not isinstance(labels, list) or not isinstance(counts, list):
        return None
    are_labels = all(isinstance(label, str) and label in KNOWN_EMOTIONS for label in labels)
    if not are_labels or len(labels) < 2 or len(set(labels)) != len(labels):
        return None
    rows = [row for row in counts if isinstance(row, list) and len(row) == len(labels)]
    are_counts = all(type(cell) is int and 0 <= cell < MOST for row in rows for cell in row)  # True is an int too
    if not len(rows) == len(counts) == len(labels) or not are_counts or not any(map(any, rows)):
        return None
    return Confusion(tuple(labels), tuple(map(tuple, rows)))


def _sensitivity(part: object, measured: str) -> SensitivityFigures | None:
    labelled, right = (part.get("labelled"), part.get("right")) if isinstance(part, dict) else (None, None)
    if not isinstance(labelled, list) or not isinstance(right, list) or not len(labelled) == len(right) == STEPS:
        return None
    shares, rightly = [share_of(share) for share in labelled], [share_of(share) for share in right]
    known = tuple(share for share in shares if share is not None)
    are_shares = all(told is None or share is not None for told, share in zip(right, rightly, strict=True))
    return SensitivityFigures(known, tuple(rightly), measured) if len(known) == STEPS and are_shares else None


def _part(figures: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = figures.get(name)
    return part if isinstance(part, dict) else {}
