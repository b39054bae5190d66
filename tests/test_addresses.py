"""What is shown of an address names the camera and betrays nothing else."""

import pytest

from emocam.addresses import is_address, shown_address, without_secrets

PASSWORDS = {
    "http://user:secret@127.0.0.1:9/video": "http://127.0.0.1:9/video",
    "rtsp://secret@camera.local/live": "rtsp://camera.local/live",
    "rtsp://a:b:secret@camera/live": "rtsp://camera/live",
    "rtsp://admin:my secret@camera:554/live": "rtsp://camera:554/live",
    "rtsp://admin:se/cret@camera/live": "rtsp://…@camera/live",
    "rtsp://admin:se?cret@camera/live": "rtsp://…@camera/live",
    "rtsp://admin:se#cret@camera/live": "rtsp://…@camera/live",
    "rtsp://admin:s@/cret@camera/live": "rtsp://…@camera/live",
    "rtsp://admin:secret": "rtsp://admin:…",
    "http://h/cgi?user=secret&pwd=secret&channel=1#secret": "http://h/cgi?user=…&pwd=…&channel=1",
    "http://h/live?secret": "http://h/live?…",
    "http://h/live;token=secret": "http://h/live;token=…",
    "rtsp://h/user=secret_password=secret_x_channel=1_stream=0.sdp": "rtsp://h/user=…_password=…_channel=1_stream=0.sdp",
    "ftp://user:secret@h/a": "ftp://h/a",
    "admin:secret@192.168.0.20/video": "…@192.168.0.20/video",
    "rtsp:/admin:secret@192.168.0.20/video": "rtsp:/…@192.168.0.20/video",
}  # fmt: skip


@pytest.mark.parametrize(("address", "shown"), PASSWORDS.items())
def test_no_secret_of_an_address_is_shown(address, shown):
    assert shown_address(address) == shown
    assert "secret" not in without_secrets(f"[Errno 5] Input/output error: '{address.replace(' ', '')}'")


@pytest.mark.parametrize(
    "text",
    [
        "rtsp//admin:secret@192.168.0.20/video",
        "//admin:secret@192.168.0.20/video",
        "rtsp ://admin:secret@192.168.0.20/video",
        "rtsp;//admin:secret@192.168.0.20/video",
        "1rtsp://admin:secret@192.168.0.20/video",
        "\u200brtsp://admin:secret@192.168.0.20/video",
        "\u200bhttp://192.168.0.20/video?pwd=secret",
        "admin:sec/secret@192.168.0.20/video",
        "admin:secret @ 192.168.0.20/video",
        "user@secret@192.168.0.20/video",
    ],
)
def test_no_secret_of_a_mistyped_address_is_shown(text):
    assert "secret" not in shown_address(text)
    assert "192.168.0.20" in shown_address(text)


def test_a_file_is_shown_as_it_is_called(tmp_path):
    film = tmp_path / "12:30@home.mp4"
    film.write_bytes(b"film")
    assert shown_address(str(film)) == str(film)


def test_marks_of_a_sentence_are_no_part_of_an_address():
    assert without_secrets("A live stream at http://h/film?cam=1; it is a film.") == (
        "A live stream at http://h/film?cam=1; it is a film."
    )


@pytest.mark.parametrize(
    "text",
    [
        "http://192.168.0.20:80800/video",
        "http://[::1/v",
        "http://[fe80::1%25eth0]:80/v",
        "rtsp://x:-1/",
        "http://192.168.0.2:8080/a@b",
        "rtsp://h:554/cam/realmonitor?channel=1&subtype=0",
        "http://",
        "/home/me/x@y:z.mp4",
        "C:\\me@home\\x.mp4",
        "Desk camera",
        "camera:046d:0825:Desk camera",
    ],
)
def test_what_betrays_nothing_is_shown_as_it_is(text):
    assert shown_address(text) == text == without_secrets(text)


def test_an_address_cannot_write_lines_of_its_own():
    assert shown_address("http://h/a\nWARNING \x1b[2J\u202e") == "http://h/a\\nWARNING \\x1b[2J\\u202e"


def test_every_address_of_a_text_is_made_fit_and_the_words_stay():
    text = "http://u:secret@a/v does not answer, nor (rtsp://u:secret@b/w): see below"
    assert without_secrets(text) == "http://a/v does not answer, nor (rtsp://b/w): see below"


def test_an_address_is_known_by_its_scheme():
    assert [is_address(text) for text in ("rtsp://h", "file:///a", "a.mp4", "C:\\a")] == [True, True, False, False]
