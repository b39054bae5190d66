"""What the tests of the live widgets share: a clock that a test sets, and a view of a fixed size."""

import pytest

from emocam.gui.live.video_view import VideoView


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def view(qtbot):
    view = VideoView()
    qtbot.addWidget(view)
    view.resize(640, 480)
    view.show()
    return view
