"""Random variations of face crops: mirror, turn, shift, zoom, contrast, hidden parts, bad pictures, mixtures."""

import cv2
import numpy as np

from training.recipe import MIRROR_ONLY, Augmentation


def augment(
    faces: np.ndarray, augmentation: Augmentation, *, rng: np.random.Generator, size_px: int | None = None
) -> np.ndarray:
    """Return varied copies of (N, S, S) uint8 faces in the side `size_px`, S if None; one in two is mirrored."""
    count, side = len(faces), faces.shape[1]
    size = size_px or side
    mirrored = rng.random(count) < 0.5
    angles = rng.uniform(-1, 1, count) * augmentation.rotation_deg
    zooms = (1 + rng.uniform(-1, 1, count) * augmentation.zoom_share) * size / side
    shifts = rng.uniform(-1, 1, (count, 2)) * augmentation.shift_share * size
    contrasts = 1 + rng.uniform(-1, 1, count) * augmentation.contrast
    brightnesses = rng.uniform(-1, 1, count) * augmentation.contrast / 2 * 128
    are_degraded = rng.random(count) < augmentation.degraded_share
    are_erased = rng.random(count) < augmentation.erased_share
    is_moved = augmentation != MIRROR_ONLY or size != side
    centre = (side - 1) / 2
    varied = np.empty((count, size, size), np.uint8)
    for index in range(count):
        face = faces[index, :, ::-1] if mirrored[index] else faces[index]
        if are_degraded[index]:
            face = _degrade(np.ascontiguousarray(face), rng)
        if is_moved:
            matrix = cv2.getRotationMatrix2D((centre, centre), angles[index], zooms[index])
            matrix[:, 2] += shifts[index] + (size - side) / 2
            # Edges repeat, as in `crop_face` where a box reaches out of the picture.
            face = cv2.warpAffine(
                np.ascontiguousarray(face), matrix, (size, size), borderMode=cv2.BORDER_REPLICATE
            )
        if contrasts[index] != 1:
            adjusted = face * np.float32(contrasts[index]) + np.float32(
                128 + brightnesses[index] - 128 * contrasts[index]
            )
            face = np.clip(np.rint(adjusted), 0, 255).astype(np.uint8)
        varied[index] = face
        if are_erased[index]:
            _erase(varied[index], rng)
    return varied


def mix(
    faces: np.ndarray, targets: dict[str, np.ndarray], *, alpha: float, rng: np.random.Generator
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Mix each of (N, S, S) uint8 faces with another one, and their (N, L) targets by the same shares (mixup)."""
    other = rng.permutation(len(faces))
    share = rng.beta(alpha, alpha, len(faces)).astype(np.float32)
    mixed = np.empty_like(faces)
    for start in range(0, len(faces), 1024):  # a few megabytes at a time, not the whole set in floats
        part = slice(start, start + 1024)
        weight = share[part, None, None]
        mixed[part] = np.rint(weight * faces[part] + (1 - weight) * faces[other[part]])
    of_target = share[:, None]
    return mixed, {name: of_target * each + (1 - of_target) * each[other] for name, each in targets.items()}


def _degrade(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a face as a poor camera shows it, in one of four ways."""
    side = face.shape[0]
    way = rng.integers(4)
    if way == 0:
        return cv2.GaussianBlur(face, (0, 0), rng.uniform(0.5, 1.5))
    if way == 1:
        noisy = face + rng.normal(0, rng.uniform(4, 20), face.shape)
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
    if way == 2:
        _, encoded = cv2.imencode(".jpg", face, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 60))))
        return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))
    small = int(rng.integers(side // 3, side))
    few = cv2.resize(face, (small, small), interpolation=cv2.INTER_AREA)
    return cv2.resize(few, (side, side), interpolation=cv2.INTER_LINEAR)


def _erase(face: np.ndarray, rng: np.random.Generator) -> None:
    """Hide a rectangle of a face under one gray, in place."""
    side = face.shape[0]
    area, aspect = rng.uniform(0.04, 0.3) * side**2, np.exp(rng.uniform(np.log(0.4), np.log(2.5)))
    height, width = (min(side, max(1, round(edge))) for edge in (np.sqrt(area * aspect), np.sqrt(area / aspect)))
    top, left = rng.integers(side - height + 1), rng.integers(side - width + 1)
    face[top : top + height, left : left + width] = rng.integers(256)
