"""Network streams: motion JPEG and video over http, https and rtsp."""

from urllib.parse import urlsplit

import cv2

from emocam.addresses import shown_address
from emocam.sources.errors import SourceError
from emocam.sources.live import Connection, LiveSource

SCHEMES = ("http", "https", "rtsp")
TIMEOUT_MS = 5000  # to open, and for each picture; without it FFmpeg waits for half a minute


def stream_source(address: str) -> LiveSource:
    """Open a stream; raises SourceError for what is no address of one, or if it does not answer."""
    title = shown_address(address)  # stands in window and recording
    problem = _problem(address)
    if problem:
        raise SourceError(f"{problem}; got {title}. Check the address.")
    return LiveSource(lambda: _connect(address, title), title=title, identity=address)


def _problem(address: str) -> str | None:
    """Return what is expected of an address that does not fulfil it."""
    if not address.isascii():  # OpenCV crashes on some of what is no valid Unicode
        return "Expected an address in ASCII letters, others written as %XX"
    if not address.isprintable():
        return "Expected an address on one line"
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that are not closed, or hold no IPv6 address
        return "Expected an address whose brackets hold an IPv6 address, as in http://[::1]/video"
    try:
        has_port = parts.port != 0
    except ValueError:  # no number, or none that a port has
        has_port = False
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        return f"Expected an address that begins with {', '.join(SCHEMES)} and names a host"
    return None if has_port else "Expected a port from 1 to 65535 after the host"


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
