"""A file is a film or it is refused: it never leads to another file, to the network, or to a device."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import av
import pytest

from emocam.messages import Frame
from emocam.sources import PICTURE_SUFFIXES, VIDEO_SUFFIXES, SourceError, open_source
from emocam.sources.decoding import FILM_FORMATS
from emocam.sources.film_reader import open_film
from tests.clips import write_film
from tests.sources.fakes import noisy_picture

LISTS = {
    "joined": "ffconcat version 1.0\nfile '{canary}'\n",
    "joined by name": "ffconcat version 1.0\nfile {name}\nduration 1\n",
    "playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\n{canary}\n#EXT-X-ENDLIST\n",
    "playlist of a link": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\nfile://{canary}\n#EXT-X-ENDLIST\n",
    "playlist of an address": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9.0,\n{address}/x.ts\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>{address}/</BaseURL></MPD>\n',
    "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "real": ".RMS\0ref\n{address}/x.rm\n",
    "windows": "[Reference]\nRef1={address}/x.asf\n",
}
# What stands before or between the lines: FFmpeg knows a list by its beginning, and passes over what it does not know.
DISGUISES = {
    "plain": lambda text: text.encode(),
    "with bytes of no text": lambda text: text.replace("\n", "\n#\0\1\2\n").encode(),
    "with a zero byte at the end": lambda text: text.encode() + b"\0" * 50,
    "with a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode() + b"#\0",
    "with blanks before": lambda text: b" \n\r\n" + text.encode() + b"#\0",
    "with lines of Windows": lambda text: text.replace("\n", "\r\n").encode() + b"#\0\r\n",
}


@pytest.fixture(scope="module")
def server():
    """A server that lists who asked it for what."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}", asked
        serving.shutdown()


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("kind", LISTS)
def test_a_list_of_films_opens_none_of_them(tmp_path: Path, server, kind: str, disguise: str):
    address, asked = server
    canary = write_film(tmp_path / "canary.ts", [noisy_picture(seed) for seed in range(3)], codec="mpeg2video", rate=25)
    content = DISGUISES[disguise](LISTS[kind].format(canary=canary, name=canary.name, address=address))
    for suffix in (".mp4", ".m3u8", ".ffconcat", ".ts", ".avi"):
        path = tmp_path / f"list{suffix}"
        path.write_bytes(content)
        with pytest.raises(SourceError):
            open_source(str(path)).close()
    assert asked == []


def test_what_films_may_be_is_known_to_ffmpeg():
    known = {name for names in av.formats_available for name in names.split(",")}
    assert set(FILM_FORMATS) <= known
    assert not {"concat", "hls", "dash", "image2", "lavfi", "tty", "sdp", "rtsp", "rtp"} & set(FILM_FORMATS)


@pytest.mark.parametrize(
    "name", ["take%03d.mp4", "concat:a|b.mp4", "subfile,,start,0,end,0,,:x.mp4", "http:x.mp4", "-.mp4"]
)
def test_a_name_is_nothing_but_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    write_film(tmp_path / "plain.mp4", [noisy_picture(1)]).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with open_source(name) as film:
        assert isinstance(film.read(), Frame)


def test_a_film_in_the_folder_of_pictures_is_no_picture():
    assert not VIDEO_SUFFIXES & PICTURE_SUFFIXES


@pytest.mark.parametrize(
    "suffix", [".ts", ".m2ts", ".vob", ".mts", ".3gp", ".flv", ".mxf", ".dv", ".h264", ".hevc", ".ogv"]
)
def test_films_of_cameras_are_offered(suffix: str):
    assert suffix in VIDEO_SUFFIXES


def test_streams_that_show_themselves_on_the_way_do_not_spoil_the_end(tmp_path: Path):
    film = open_film(write_film(tmp_path / "film.ts", [noisy_picture(seed) for seed in range(9)], codec="libx264"))
    packets = film._packets

    def ends_as_pyav_does():
        yield from packets
        raise IndexError("list index out of range")

    film._packets = ends_as_pyav_does()
    count = 0
    while film.next() is not None:
        count += 1
    film.close()
    assert count == 9 and not film.damage.is_found


def test_a_title_in_an_old_encoding_keeps_no_film_from_being_opened(tmp_path: Path):
    path = write_film(tmp_path / "film.mp4", [noisy_picture(1)], metadata={"title": "Gesichter ...."})
    path.write_bytes(path.read_bytes().replace(b"Gesichter ....", b"Gesichter \xe4\xf6\xfc\xff"))
    with open_source(str(path)) as film:
        assert isinstance(film.read(), Frame)


def test_what_ffmpeg_says_is_printed_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    path = write_film(tmp_path / "film.mp4", [noisy_picture(seed) for seed in range(9)], codec="libx264")
    content = bytearray(path.read_bytes())
    capfd.readouterr()
    for place in range(200, len(content) // 2, 41):
        content[place] ^= 0x41
    path.write_bytes(content)
    try:
        with open_source(str(path)) as film:
            while not film.ended:
                film.read()
    except SourceError:
        pass
    assert capfd.readouterr() == ("", "")
