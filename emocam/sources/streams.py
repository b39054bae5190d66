"""Network streams: motion JPEG and video over http, https and rtsp."""

import re
from urllib.parse import urlsplit

import cv2

from emocam.sources.errors import SourceError
from emocam.sources.live import Connection, LiveSource

SCHEMES = ("http", "https", "rtsp")
TIMEOUT_MS = 5000  # to open, and for each picture; without it FFmpeg waits for half a minute


def is_address(text: str) -> bool:
    """Tell whether a text is meant as an address, whatever its scheme."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


def stream_source(address: str) -> LiveSource:
    """Open a stream; raises SourceError for another scheme, or if it does not answer."""
    parts = urlsplit(address)
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise SourceError(f"Expected an address that begins with {', '.join(SCHEMES)}; got {address}.")
    if not address.isascii():  # OpenCV crashes on some of what is no valid Unicode
        raise SourceError(f"Expected an address in ASCII letters; got {address!a}. Write others as %XX.")
    # The title stands in window and recording: a password in the address must not.
    title = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
    return LiveSource(lambda: _connect(address, title), title=title, identity=address)


def _connect(address: str, title: str) -> Connection:
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, TIMEOUT_MS]
    capture = cv2.VideoCapture(address, cv2.CAP_FFMPEG, timeouts)
    if not capture.isOpened():
        raise SourceError(
            f"{title} does not answer with a picture. Check the address and the network, and that the camera is on."
        )
    if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
        capture.release()
        raise SourceError(f"Expected a live stream at {title}; it is a video file. Download it, and open the file.")
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture
