"""What every test stands on: no window on the screen, no files of the user's, no Keras unless it is there."""

import importlib.util
import os
import signal

import platformdirs
import pytest
from hypothesis import settings

from emocam.__main__ import set_environment

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
set_environment()  # before a test module imports OpenCV

# A shell that runs the tests in the background has them ignore these, and so would the programs that they start.
for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        signal.signal(getattr(signal, name), handler)

# The same examples in every run, so that a failure is one that a change has made.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

HAS_TRAINING = all(importlib.util.find_spec(name) for name in ("keras", "tensorflow", "sklearn", "matplotlib"))
collect_ignore = [] if HAS_TRAINING else ["training"]


def pytest_report_header() -> str:
    return f"training: {'tested' if HAS_TRAINING else 'NOT tested, needs the extra `train`'}"


@pytest.fixture(autouse=True)
def user_folders(tmp_path_factory, monkeypatch):
    """Keep settings and sessions of a test out of the user's folders."""
    folder = tmp_path_factory.mktemp("user")
    for name in ("user_config_dir", "user_documents_dir", "user_log_dir", "user_data_dir"):
        monkeypatch.setattr(platformdirs, name, lambda app="", *_, name=name, **__: str(folder / name / app))
    return folder
