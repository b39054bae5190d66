"""The balance of the labels: what is added to a head's logits after the fit, chosen on the validation split.

Rare labels are given back what their rarity took (logit adjustment, Menon et al. 2021, arXiv:2007.07314); or every
label is answered as often as it is true (bias-corrected temperature scaling, Alexandari et al. 2020,
arXiv:1901.06852), and then the weakest one more often.
"""

import numpy as np

from emocam.engine.network import with_temperature
from training.scoring.calibration import fit_temperature
from training.scoring.metrics import mean_recall, wilson_interval

STRENGTHS = np.linspace(0, 1, 21)
ROUNDS, STEPS_OF_A_ROUND = 6, 40
STEP, MOST_STEPS = 0.05, 80


def frequency_biases(frequencies: np.ndarray, strength: float) -> np.ndarray:
    """Return (L,) what is added to the logits, from the (L,) shares of the labels among what was fitted."""
    return -strength * np.log(frequencies)


def adjusted(probabilities: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Return (N, L) probabilities as if (L,) biases had been added to the logits."""
    weighted = probabilities * np.exp(biases)
    return weighted / weighted.sum(axis=1, keepdims=True)


def choose_strength(
    probabilities: np.ndarray, labels: np.ndarray, frequencies: np.ndarray, *, accuracy_to_give: float
) -> float:
    """Return the strength of the best mean recall whose accuracy is at most `accuracy_to_give` below the best.

    probabilities: (N, L) before adjustment. labels: (N,) int.
    """
    answers = [
        adjusted(probabilities, frequency_biases(frequencies, strength)).argmax(axis=1) for strength in STRENGTHS
    ]
    accuracies = np.array([(answer == labels).mean() for answer in answers])
    recalls = np.array([mean_recall(answer, labels) for answer in answers])
    recalls[accuracies < accuracies.max() - accuracy_to_give] = -1
    return round(float(STRENGTHS[int(recalls.argmax())]), 2)


def likeliest_biases(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return (L,) biases of the least cross-entropy together with a temperature: labels come as often as they are true.

    A network that also learns from votes answers more like the voters than like the label it is scored on.
    """
    biases, count = np.zeros(probabilities.shape[1]), probabilities.shape[1]
    shares = (np.bincount(labels, minlength=count) + 1) / (len(labels) + count)
    for _ in range(ROUNDS):
        temperature = fit_temperature(adjusted(probabilities, biases), labels)
        for _ in range(STEPS_OF_A_ROUND):
            answers = with_temperature(adjusted(probabilities, biases), temperature)
            biases += temperature * np.log(shares / answers.mean(axis=0))
    return biases - biases.mean()


def raise_weakest(probabilities: np.ndarray, labels: np.ndarray, *, accuracy_to_give: float) -> np.ndarray:
    """Return (L,) biases by which the label of the lowest recall is raised, step by step, as long as that helps.

    A recall counts as its lower 95 % bound: a label of few faces, such as disgust, may well be weaker than it
    looks. It ends where accuracy is `accuracy_to_give` below the best on the way: near that a label that is often
    mistaken, such as fear for sad, gains much from the faces about which the network is of two minds.
    """
    biases, occurring = np.zeros(probabilities.shape[1]), np.unique(labels)
    best, lowest, most = biases.copy(), -1.0, 0.0
    for _ in range(MOST_STEPS):
        answers = adjusted(probabilities, biases).argmax(axis=1)
        accuracy = float((answers == labels).mean())
        most = max(most, accuracy)
        if accuracy < most - accuracy_to_give:
            break
        recalls = [
            wilson_interval(int((answers[labels == label] == label).sum()), int((labels == label).sum()))[0]
            for label in occurring
        ]
        if min(recalls) > lowest:
            best, lowest = biases.copy(), min(recalls)
        biases[occurring[int(np.argmin(recalls))]] += STEP
    return best
