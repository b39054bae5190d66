"""How accuracy falls as faces become small, turned, cut, dark, blurred or hidden: the field's tests, automated."""

from collections.abc import Callable

import cv2
import numpy as np

Change = Callable[[np.ndarray], np.ndarray]  # (S, S) uint8 -> (S, S) uint8


def conditions() -> dict[str, dict[str, Change]]:
    """Return the tests by name, each with its settings by name; the first word of a setting is its number."""
    return {
        "face size, pixels": {f"{size}": _smaller(size) for size in (12, 16, 20, 24, 32, 40, 48)},
        "turned in the plane, degrees": {f"{angle}": _turned(angle) for angle in (-45, -30, -15, 0, 15, 30, 45)},
        "off centre, share of the side": {f"{share:g}": _moved(share) for share in (-0.25, -0.15, 0, 0.15, 0.25)},
        "brightness, gray levels of 255": {f"{step}": _brighter(step) for step in (-100, -50, 0, 50, 100)},
        "contrast, factor": {f"{factor:g}": _contrasted(factor) for factor in (0.2, 0.4, 0.7, 1, 1.5, 2)},
        "blur, deviation in pixels": {f"{sigma:g}": _blurred(sigma) for sigma in (0, 0.5, 1, 1.5, 2, 3)},
        "noise, deviation in gray levels": {f"{sigma}": _noisy(sigma) for sigma in (0, 5, 10, 20, 40)},
        "JPEG quality": {f"{quality}": _compressed(quality) for quality in (5, 10, 20, 40, 80)},
        "half hidden": {side: _hidden(side) for side in ("none", "left", "right", "top", "bottom")},
    }


def robustness(answer: Callable[[np.ndarray], np.ndarray], images: np.ndarray, labels: np.ndarray) -> dict[
    str, dict[str, float]
]:
    """Return the accuracy in each setting of each test.

    answer: (N, S, S) uint8 faces -> (N,) int labels. images: (N, S, S) uint8 gray. labels: (N,) int.
    """
    unchanged = float((answer(images) == labels).mean())
    return {
        name: {
            setting: _accuracy(answer, change, images, labels, unchanged)
            for setting, change in settings.items()
        }
        for name, settings in conditions().items()
    }


def _accuracy(
    answer: Callable[[np.ndarray], np.ndarray],
    change: Change,
    images: np.ndarray,
    labels: np.ndarray,
    unchanged: float,
) -> float:
    changed = np.stack([change(image) for image in images])
    if np.array_equal(changed, images):
        return unchanged
    return float((answer(changed) == labels).mean())


def _smaller(size: int) -> Change:
    """Reduce a face to so many pixels and enlarge it again, as the app does with a far one."""

    def change(face: np.ndarray) -> np.ndarray:
        few = cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)
        return cv2.resize(few, face.shape[::-1], interpolation=cv2.INTER_LINEAR)

    return change


def _turned(angle: float) -> Change:
    return lambda face: _warped(face, angle=angle)


def _moved(share: float) -> Change:
    return lambda face: _warped(face, shift_px=share * face.shape[1])


def _warped(face: np.ndarray, *, angle: float = 0, shift_px: float = 0) -> np.ndarray:
    side = face.shape[0]
    matrix = cv2.getRotationMatrix2D(((side - 1) / 2, (side - 1) / 2), angle, 1)
    matrix[0, 2] += shift_px
    return cv2.warpAffine(face, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


def _brighter(step: int) -> Change:
    return lambda face: np.clip(face.astype(int) + step, 0, 255).astype(np.uint8)


def _contrasted(factor: float) -> Change:
    return lambda face: np.clip(np.rint((face - 128.0) * factor + 128), 0, 255).astype(np.uint8)


def _blurred(sigma: float) -> Change:
    return lambda face: cv2.GaussianBlur(face, (0, 0), sigma) if sigma else face


def _noisy(sigma: float) -> Change:
    rng = np.random.default_rng(20)  # the same noise for each network

    def change(face: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(face + rng.normal(0, sigma, face.shape)), 0, 255).astype(np.uint8)

    return change


def _compressed(quality: int) -> Change:
    def change(face: np.ndarray) -> np.ndarray:
        _, encoded = cv2.imencode(".jpg", face, (cv2.IMWRITE_JPEG_QUALITY, quality))
        return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))

    return change


def _hidden(side: str) -> Change:
    def change(face: np.ndarray) -> np.ndarray:
        half, covered = face.shape[0] // 2, face.copy()
        parts = {
            "none": covered[:0], "left": covered[:, :half], "right": covered[:, half:],
            "top": covered[:half], "bottom": covered[half:],
        }  # fmt: skip
        parts[side][:] = 128
        return covered

    return change
