"""What the window says when there is nothing to see, and how it writes durations and lists, in plain English."""

from collections.abc import Sequence

from emocam.messages import Frame, is_black, is_too_dark


def no_face_advice(frame: Frame) -> str:
    """Return what to try when no face has been found for a while."""
    if is_black(frame.image):
        return (
            "The picture is black. Open the cover of the lens, or choose another source: the first camera of a "
            "computer is sometimes a virtual one."
        )
    if is_too_dark(frame.image):
        return "It is too dark to find a face, even in the brightened picture. Turn on a light, or turn to a window."
    return (
        "No face found for a while. Turn towards the camera, come closer, and let light fall on your face "
        "rather than from behind."
    )


def duration(seconds: float) -> str:
    """Write a duration as 00:41, or 1:02:03."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def absence(seconds: float | None) -> str:
    """Write since when a face has not been seen, as `left 12 s ago`; None: for longer than is remembered."""
    if seconds is None:
        return "left"
    if seconds < 1:
        return "out of sight"
    return f"left {seconds:.0f} s ago" if seconds < 60 else f"left {seconds / 60:.0f} min ago"


def listed(words: Sequence[str], *, last: str = "or") -> str:
    """Write words as `one, two or three`."""
    *others, final = words
    return f"{', '.join(others)} {last} {final}" if others else final
