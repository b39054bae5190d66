"""All that a report tells of a network on one split."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Findings:
    """The figures of one report.

    scores: see `evaluate`. repeated: how many pictures stand in Training too. distinct: the scores without
    those; None where the data file has no Training. judge: whose labels the network was tuned for, `fer2013`
    or `ferplus`. robustness: see `training.scoring.robustness`.
    """

    split: str
    scores: dict[str, Any]
    repeated: int
    distinct: dict[str, Any] | None
    judge: str
    robustness: dict[str, dict[str, float]]

    @property
    def judged(self) -> dict[str, Any]:
        """Return the scores by the labels that the network was tuned for, with contempt where it knows that."""
        if self.judge == "fer2013":
            return self.scores
        ferplus: dict[str, Any] = self.scores["ferplus"]
        return ferplus.get("eight_labels", ferplus)

    @property
    def sensitivity(self) -> dict[str, Any]:
        """Return what each prediction sensitivity gives, by the spectrum's name."""
        judged = self.scores if self.judge == "fer2013" else self.scores["ferplus"]
        found: dict[str, Any] = judged["sensitivity"]
        return found
