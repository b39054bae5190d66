"""Makes screenshot.png: the window on the demo clip, in the middle of a recording.

    python assets/make_screenshot.py

The window is real: it opens on the desktop, or with QT_QPA_PLATFORM=offscreen without one. Settings and
session go into a temporary folder; the user's own are neither read nor changed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from emocam.gui.main_window import MainWindow
from emocam.gui.theme import apply_theme
from emocam.gui.worker import CaptureThread, Engine
from emocam.settings import Settings

SIZE_PX = (1280, 800)
RESIZE_AFTER_MS = 1_000
RECORD_AFTER_MS = 3_000
SHOW_AFTER_MS = 19_000  # in the second round of the clip, with a face in full sight and some history in the charts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "screenshot.png")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    apply_theme(app, arguments.theme)
    with tempfile.TemporaryDirectory() as folder:
        sessions = Path(folder) / "Emocam"
        settings = Settings()
        worker = CaptureThread(settings, engine=Engine(sessions_folder=lambda: sessions))
        window = MainWindow(
            worker,
            settings,
            settings_path=Path(folder) / "settings.json",
            sessions_folder=lambda: sessions,
            list_cameras=list,
        )
        apply_theme(app, arguments.theme)
        window.show()
        worker.start()
        window.start(None, is_demo=True)
        # The window fits itself to its screen once it is shown, and without a desktop the screen is small.
        QTimer.singleShot(RESIZE_AFTER_MS, lambda: window.resize(*SIZE_PX))
        QTimer.singleShot(RECORD_AFTER_MS, window.actions_.record.trigger)

        def shoot() -> None:
            if window.grab().save(str(arguments.out)):
                print(arguments.out)
                window.end()
                app.exit(0)
            else:
                print(f"{arguments.out} cannot be written", file=sys.stderr)
                app.exit(1)

        QTimer.singleShot(SHOW_AFTER_MS, shoot)
        status = app.exec()
        worker.stop()
        worker.wait()
    return status


if __name__ == "__main__":
    sys.exit(main())
