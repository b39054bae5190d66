"""Network streams: motion JPEG and video over http, https and rtsp."""

from urllib.parse import urlsplit

from emocam.addresses import shown_address
from emocam.sources.errors import SourceError
from emocam.sources.live import Connection, LiveSource

SCHEMES = ("http", "https", "rtsp")
TIMEOUT_MS = 5000  # to open, and for each picture; without it FFmpeg waits for ever


def stream_source(address: str) -> LiveSource:
    """Open a stream; raises SourceError for what is no address of one, or if it does not answer."""
    title = shown_address(address)  # stands in window and recording
    problem = _problem(address)
    if problem:
        raise SourceError(f"{problem}; got {title}. Check the address.")
    return LiveSource(lambda: _connect(address, title), title=title, identity=address)


def _problem(address: str) -> str | None:
    """Return what is expected of an address that does not fulfil it."""
    if not address.isascii():
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
    # Here, because importing it takes a tenth of a second, which a start without a stream need not wait for.
    from emocam.sources.stream_reader import NoStreamError, open_stream

    try:
        stream = open_stream(address, timeout_s=TIMEOUT_MS / 1000)
    except NoStreamError:
        raise SourceError(
            f"{title} does not answer with a picture. Check the address and the network, and that the camera is on."
        ) from None
    if stream.is_film:
        stream.release()
        raise SourceError(f"Expected a live stream at {title}; it is a video file. Download it, and open the file.")
    return stream
