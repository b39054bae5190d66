"""Motion JPEG over http and https, as most cameras of a network send it: pictures, one after another in one answer.

FFmpeg would read it too, but takes whatever a part of the answer announces: gigabytes, where a camera sends some kB.
"""

import http.client
import re
import ssl
import urllib.error
from email.message import Message
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

from emocam.clock import steady_s

LARGEST_PART_BYTES = 32 * 2**20  # a JPEG of 8192 × 8192 in good quality
LONGEST_HEAD_BYTES = 16 * 2**10
TAKEN_AT_ONCE_BYTES = 2**16
HEAD_END = re.compile(rb"\r?\n\r?\n")
LENGTH = re.compile(rb"^content-length:[ \t]*([0-9]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
KIND = re.compile(rb"^content-type:[ \t]*([^;\r\n]*)", re.IGNORECASE | re.MULTILINE)


class PartError(Exception):
    """An answer holds no parts, or none that may be taken; the text says why."""


class Answer(Protocol):
    """What `http.client.HTTPResponse` offers."""

    def read1(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def ask(address: str, *, timeout_s: float) -> http.client.HTTPResponse:
    """Return the answer to an http or https address, whose body is still to be read.

    User and password in the address are given where the server asks for them. timeout_s: for each wait. Raises OSError,
    http.client.HTTPException or ValueError.
    """
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    passwords = HTTPPasswordMgrWithDefaultRealm()
    if parts.username:
        passwords.add_password(
            None, f"{parts.scheme}://{host}/", unquote(parts.username), unquote(parts.password or "")
        )
    request = Request(parts._replace(netloc=host, fragment="").geturl(), headers={"User-Agent": "Emocam"})
    answer: http.client.HTTPResponse = _opener(passwords).open(request, timeout=timeout_s)
    return answer


def boundary_of(answer: http.client.HTTPResponse) -> str | None:
    """Return what stands between the pictures of an answer; None where it is no motion JPEG."""
    if answer.headers.get_content_maintype() != "multipart":
        return None
    return answer.headers.get_boundary() or ""


class Parts:
    """The parts of an answer, one after another; for one thread."""

    def __init__(self, answer: Answer, boundary: str, *, timeout_s: float) -> None:
        """timeout_s: within which each part must be there."""
        # Some cameras write the dashes before it into the boundary's name, too, and some leave them out.
        mark = re.escape(boundary.strip('"').strip("-").encode("latin-1", "replace"))
        self._mark = re.compile(rb"(?:^|\n)-*" + mark + rb"-*[ \t]*\r?\n" if mark else rb"(?:^|\n)--[^\n]*\n")
        self._answer, self._timeout_s = answer, timeout_s
        self._bytes = bytearray()
        self._deadline_s = 0.0

    def next(self) -> bytes:
        """Return the next part that is a picture; raises PartError, and OSError or HTTPException where it ends."""
        self._deadline_s = steady_s() + self._timeout_s
        while True:
            self._cut(self._find(self._mark, LARGEST_PART_BYTES).end())
            end = self._find(HEAD_END, LONGEST_HEAD_BYTES)
            head = bytes(self._bytes[: end.end()])
            self._cut(end.end())
            body = self._body(head)
            kind = KIND.search(head)
            if body and (kind is None or kind[1].strip().lower() in (b"image/jpeg", b"image/jpg", b"")):
                return body

    def _body(self, head: bytes) -> bytes:
        stated = LENGTH.search(head)
        if stated is None:
            end = self._find(self._mark, LARGEST_PART_BYTES).start()
        else:
            end = int(stated[1][:20])
            if end > LARGEST_PART_BYTES:
                raise PartError(f"a picture of {end >> 20} MB is announced")
            while len(self._bytes) < end:
                self._take_more()
        body = bytes(self._bytes[:end])
        del self._bytes[:end]
        if not self._bytes.startswith(b"\n"):  # so that the mark is found where it follows without a line break
            self._bytes[:0] = b"\n"
        return body

    def _find(self, pattern: re.Pattern[bytes], most_bytes: int) -> re.Match[bytes]:
        start = 0
        while (found := pattern.search(self._bytes, start)) is None:
            if len(self._bytes) > most_bytes:
                raise PartError(f"no picture begins or ends within {most_bytes >> 10} kB")
            start = max(0, len(self._bytes) - 512)  # what is looked for may have come in half
            self._take_more()
        return found

    def _take_more(self) -> None:
        taken = self._answer.read1(TAKEN_AT_ONCE_BYTES)
        if not taken:
            raise PartError("the answer has ended")
        if steady_s() > self._deadline_s:
            raise PartError("the picture takes too long")
        self._bytes += taken

    def _cut(self, end: int) -> None:
        del self._bytes[:end]


class _Redirects(HTTPRedirectHandler):
    """Follows to where a network camera may be, and to no file of this machine."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> Request | None:
        if urlsplit(newurl).scheme.lower() not in ("http", "https"):
            raise urllib.error.URLError("redirected to something else than an address")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _opener(passwords: HTTPPasswordMgrWithDefaultRealm) -> OpenerDirector:
    # Cameras sign their certificates themselves: as with FFmpeg, none is asked for.
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    return build_opener(
        HTTPSHandler(context=unverified),
        HTTPBasicAuthHandler(passwords),
        HTTPDigestAuthHandler(passwords),
        _Redirects(),
    )
