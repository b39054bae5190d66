"""What a model file says of itself, and whether that makes sense."""

from typing import Any

from emocam.labels import KNOWN_EMOTIONS
from emocam.plain_text import plain_text

DEEPEST = 20  # of what a file says of itself; ours go 6 deep, and who shows it goes down with it
MOST_ANSWERS, LONGEST_NAME = 16, 40
LABEL_PRIOR = "label_prior"  # how often each label is expected, where a person's neutral face is taken off: optional
LONGEST_QUOTE = 200  # characters of what an error quotes of a file


def metadata_problem(metadata: object) -> str | None:
    """Return what is expected of a description that it does not fulfil; None where it makes sense."""
    if not isinstance(metadata, dict):
        return "its description is no JSON object"
    if _depth(metadata) > DEEPEST:
        return f"its description is nested more than {DEEPEST} times"
    labels = metadata.get("labels")
    if not isinstance(labels, list) or len(labels) < 2 or len(set(map(str, labels))) != len(labels):
        return f"expected a list of different labels; got {_quoted(labels)}"
    unknown = [label for label in labels if label not in KNOWN_EMOTIONS]
    if unknown:
        return f"expected labels out of {', '.join(KNOWN_EMOTIONS)}; got {_quoted(unknown)}"
    size = metadata.get("image_size_px")
    if not isinstance(size, int) or not 8 <= size <= 512:
        return f"expected image_size_px from 8 to 512; got {_quoted(size)}"
    for name, low, high in (("scale", -1e3, 1e3), ("offset", -1e6, 1e6), ("crop_margin", -0.4, 2.0),
                            ("temperature", 1e-2, 1e2)):
        value = metadata.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            return f"expected {name} from {low:g} to {high:g}; got {_quoted(value)}"
    if not isinstance(metadata.get("mirrored", False), bool):
        return f"expected mirrored true or false; got {_quoted(metadata['mirrored'])}"
    if not isinstance(metadata.get("weights_digest"), str):
        return "the digest of its weights is missing"
    return (
        _prior_problem(metadata.get(LABEL_PRIOR), labels)
        or _points_crop_problem(metadata.get("points_crop"))
        or _answers_problem(metadata)
    )


def answer_metadata(stated: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return what a file says of one of its network's answers, and of all of them where that one says nothing else."""
    return {**{name: value for name, value in stated.items() if name != "answers"}, **answer}


def _answers_problem(metadata: dict[str, Any]) -> str | None:
    answers = metadata.get("answers")
    if answers is None:
        return None
    if not isinstance(answers, list) or not 1 <= len(answers) <= MOST_ANSWERS:
        return f"expected answers as a list of 1 to {MOST_ANSWERS}; got {_quoted(answers)}"
    names = [answer.get("name") if isinstance(answer, dict) else None for answer in answers]
    are_names = all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names)
    if not are_names or len(set(names)) < len(names):
        return f"expected answers with different names; got {_quoted(names)}"
    for answer in answers:
        if problem := metadata_problem(answer_metadata(metadata, {"labels": None, **answer})):
            return f"in its answer {_quoted(answer['name'])}: {problem}"
    for name in ("image_size_px", "scale", "offset", "weights_digest"):  # one network is fed one thing
        if any(name in answer for answer in answers):
            return f"expected {name} of the network, not of one of its answers"
    return None


def _prior_problem(stated: object, labels: list[str]) -> str | None:
    if stated is None:
        return None
    if not isinstance(stated, dict) or set(stated) != set(labels):
        return f"expected {LABEL_PRIOR} with a share for each label; got {_quoted(stated)}"
    for share in stated.values():
        if not isinstance(share, int | float) or isinstance(share, bool) or not 1e-6 <= share <= 1:
            return f"expected shares of {LABEL_PRIOR} from 1e-06 to 1; got {_quoted(share)}"
    return None


def _points_crop_problem(stated: object) -> str | None:
    if stated is None:
        return None
    if not isinstance(stated, dict):
        return f"expected points_crop with margin, raised and turned; got {_quoted(stated)}"
    for name, low, high, usual in (("margin", -0.4, 2.0, None), ("raised", -1.0, 1.0, 0)):
        value = stated.get(name, usual)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            return f"expected {name} of points_crop from {low:g} to {high:g}; got {_quoted(value)}"
    if not isinstance(stated.get("turned", True), bool):
        return f"expected turned of points_crop true or false; got {_quoted(stated['turned'])}"
    return None


def _depth(part: object) -> int:
    depth, level = 0, [part]
    while level:
        depth += 1
        level = [inner for one in level for inner in _parts(one)]
    return depth


def _parts(part: object) -> list[object]:
    return list(part.values()) if isinstance(part, dict) else part if isinstance(part, list) else []


def _quoted(value: object) -> str:
    return plain_text(repr(value), longest=LONGEST_QUOTE)
