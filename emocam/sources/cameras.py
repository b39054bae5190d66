"""Cameras by name and identity; OpenCV knows only numbers, which change from one start to the next."""

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import cv2

from emocam.sources.errors import SourceError
from emocam.sources.live import Connection, LiveSource

# DirectShow opens in a fraction of MSMF's time and lists virtual cameras, too.
BACKEND = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}.get(sys.platform, cv2.CAP_V4L2)
IDENTITY_PREFIX = "camera:"
PERMISSION_WAIT_S = 10.0  # for the user's answer; after it the source is tried again


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that is plugged in.

    name: for people. identity: maker, kind and name; stays when it is plugged in elsewhere. index and
    backend: what OpenCV opens today.
    """

    name: str
    identity: str
    index: int
    backend: int


def list_cameras() -> list[Camera]:
    """Return the cameras that are plugged in, the lowest number first."""
    # Here, because the window's first picture does not need it.
    from cv2_enumerate_cameras import enumerate_cameras

    cameras: list[Camera] = []
    taken: dict[str, int] = {}
    for found in sorted(enumerate_cameras(BACKEND), key=lambda one: one.index):
        name = found.name or f"Camera {found.index}"
        maker = f"{found.vid or 0:04x}:{found.pid or 0:04x}"
        identity = f"{IDENTITY_PREFIX}{maker}:{name}"
        taken[identity] = taken.get(identity, 0) + 1
        if taken[identity] > 1:  # two of a kind: told apart by their order
            identity = f"{identity}#{taken[identity]}"
        cameras.append(Camera(name, identity, found.index, found.backend))
    return cameras


def is_camera_text(text: str) -> bool:
    """Tell whether a text names a camera: an identity, a number, or the name of one plugged in."""
    return text.startswith(IDENTITY_PREFIX) or text.isdecimal() or _named(text, list_cameras()) is not None


def camera_source(text: str | None) -> LiveSource:
    """Open a camera by identity, name or number, or the first one; raises SourceError."""
    camera = find_camera(text, list_cameras())
    return LiveSource(lambda: _connect(camera.identity), title=camera.name, identity=camera.identity)


def find_camera(text: str | None, cameras: list[Camera]) -> Camera:
    """Return the camera that is meant; raises SourceError where none is."""
    if not cameras:
        hint = " Allow it in System Settings → Privacy & Security → Camera." if sys.platform == "darwin" else ""
        raise SourceError(f"No camera was found. Plug one in, or switch on the one that is built in.{hint}")
    if text is None:
        return cameras[0]
    found = _named(text, cameras)
    if found is None:
        name = text.removeprefix(IDENTITY_PREFIX).split(":")[-1]
        raise SourceError(
            f"The camera {name} is not there. Plug it in, or choose another: "
            f"{', '.join(camera.name for camera in cameras)}."
        )
    return found


def _named(text: str, cameras: list[Camera]) -> Camera | None:
    for camera in cameras:
        if text in (camera.identity, str(camera.index)) or text.casefold() == camera.name.casefold():
            return camera
    return None


def _connect(identity: str) -> Connection:
    # Listed anew each time: a camera that returns may have another number.
    camera = find_camera(identity, list_cameras())
    device = Path(f"/dev/video{camera.index}")
    if sys.platform == "linux" and device.exists() and not os.access(device, os.R_OK | os.W_OK):
        raise SourceError(
            f"Emocam may not use the camera {camera.name}. Allow it: add your user to the group `video` "
            "(sudo usermod -aG video $USER), then log in again."
        )
    _ask_permission()
    capture = cv2.VideoCapture(camera.index, camera.backend)
    if not capture.isOpened():
        raise SourceError(f"The camera {camera.name} cannot be opened. {_ADVICE.get(sys.platform, _IN_USE)}")
    # Wishes: not every backend obeys. MJPG lets USB 2 carry 30 frames a second; one buffer keeps them fresh.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _ask_permission() -> None:
    """Ask a user of macOS for the camera where that has not been done; raises SourceError if refused.

    OpenCV itself asks on the main thread only, and fails without a word on any other.
    """
    if sys.platform != "darwin":
        return
    import AVFoundation  # comes with cv2-enumerate-cameras on macOS

    device, video = AVFoundation.AVCaptureDevice, AVFoundation.AVMediaTypeVideo
    if device.authorizationStatusForMediaType_(video) == AVFoundation.AVAuthorizationStatusNotDetermined:
        answered = threading.Event()
        device.requestAccessForMediaType_completionHandler_(video, lambda _is_granted: answered.set())
        answered.wait(PERMISSION_WAIT_S)
    if device.authorizationStatusForMediaType_(video) != AVFoundation.AVAuthorizationStatusAuthorized:
        raise SourceError(
            "Emocam may not use the camera. Allow Emocam, or the terminal that started it, in System Settings → "
            "Privacy & Security → Camera, then start Emocam again."
        )


_IN_USE = "Close the other program that uses it."
_ADVICE = {
    "win32": f"{_IN_USE} Or allow it in Settings → Privacy & security → Camera.",
    "darwin": f"{_IN_USE} Or allow it in System Settings → Privacy & Security → Camera.",
}
