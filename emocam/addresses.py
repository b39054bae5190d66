"""Addresses of streams, and what of them may be seen: no password in a title, a message, the log or a session."""

import re
import unicodedata
from pathlib import Path

from emocam.plain_text import plain_text

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
IN_A_TEXT = re.compile(ADDRESS.pattern + r"\S*?(?=[;,.:!?)\]'\"]*(?:\s|$))")  # without a sentence's own marks
# As it is typed where the scheme was forgotten: `admin:secret@192.168.0.20/video`. No path of a file looks like it.
NAME_AND_PASSWORD = re.compile(r"(?:(?<![\w/])|(?<=:/))[^\s/\\:@'\"(]+:[^\s/\\@]+@(?=[\w\[])")
DRIVE = re.compile(r"[A-Za-z]:[\\/]")
HOST = re.compile(r"(\[[0-9A-Fa-f:.%\w]*\]?|[^:]*)(:-?[0-9]{0,5})?")
HOST_AND_PORT = re.compile(r"(localhost|\[[^]]*\]|[^:@]*\.[^:@]*):[0-9]{1,5}")
# Some cameras take `user=admin_password=secret_channel=1` in the path.
PATH_PARAMETER = re.compile(r"([A-Za-z][A-Za-z0-9]*)=((?:(?!_[A-Za-z]+=)[^/&;])*)")

# Parameters that say which picture is meant. Of any other only its name is shown: cameras and services call a password
# pwd, loginpas, auth, token, key, sig, X-Amz-Signature and more.
HARMLESS = frozenset(
    {
        "cam", "camera", "ch", "channel", "chn", "codec", "compression", "fps", "height", "profile", "quality", "rate",
        "res", "resolution", "stream", "streamtype", "subtype", "transport", "videocodec", "width",
    }
)  # fmt: skip
LEFT_OUT = "…"


def is_address(text: str) -> bool:
    """Tell whether a text is meant as an address, whatever its scheme."""
    return ADDRESS.match(text) is not None


def shown_address(text: str) -> str:
    """Return an address as it may be shown and kept; any other text as it is.

    User and password are left out, and so are the values of parameters, but for those that say which picture of a
    camera is meant, and what follows `#`. A secret that is a part of the path cannot be told from a name, and stays.
    """
    # Pasted, an address may begin with marks that nobody sees.
    seen = text.lstrip()
    while seen and unicodedata.category(seen[0]) == "Cf":
        seen = seen[1:].lstrip()
    if is_address(seen):
        return plain_text(_shown(seen.strip()))
    masked = NAME_AND_PASSWORD.sub(f"{LEFT_OUT}@", seen)
    before, mark, after = seen.rpartition("@")
    is_suspicious = bool(mark) and (":" in before or "@" in before) and not DRIVE.match(seen)
    if not is_suspicious or _is_there(text):
        return text if masked == seen else masked
    # Mistyped, as `rtsp//admin:secret@host`: nothing before the last @ is surely safe.
    return masked if masked != seen and masked.count("@") == 1 else f"{LEFT_OUT}@{after}"


def _is_there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # longer than a name may be, a zero byte, a home folder of nobody's
        return False


def without_secrets(text: str) -> str:
    """Return a text that may hold addresses, such as a library's error, with each as `shown_address` gives it."""
    text = IN_A_TEXT.sub(lambda found: _shown(found[0]), text)
    return NAME_AND_PASSWORD.sub(f"{LEFT_OUT}@", text)


def _shown(address: str) -> str:
    scheme, _, rest = address.partition("://")
    authority, path = _split(rest)
    mark = ""
    if "@" in path and (":" in authority or "@" in authority) and not HOST_AND_PORT.fullmatch(authority):
        # A password that holds one of `/?#` as it is: nothing before the last @ is surely not a part of it.
        mark = f"{LEFT_OUT}@"
        authority, path = _split(rest.rpartition("@")[2])
    host = authority.rpartition("@")[2]
    if not HOST.fullmatch(host):  # what stands for a port is no number, but may be half of a password
        host = f"{host.partition(':')[0]}:{LEFT_OUT}"
    path, _, query = path.partition("#")[0].partition("?")
    path = PATH_PARAMETER.sub(lambda found: _parameter(found[1], found[2]), path)
    parameters = [_parameter(*part.partition("=")[::2]) for part in re.split("[&;]", query)] if query else []
    return f"{scheme}://{mark}{host}{path}{'?' if parameters else ''}{'&'.join(parameters)}"


def _split(rest: str) -> tuple[str, str]:
    """Return what names the server, and what follows it; as FFmpeg does, at the first of `/?#`."""
    end = re.search(r"[/?#]", rest)
    return (rest[: end.start()], rest[end.start() :]) if end else (rest, "")


def _parameter(name: str, value: str) -> str:
    if name.lower() in HARMLESS:
        return f"{name}={value}"
    return f"{name}={LEFT_OUT}" if value else LEFT_OUT  # without a value, the name may be the secret itself
