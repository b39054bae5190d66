"""Everything that can be done from menus and keyboard, in one place."""

from dataclasses import dataclass, fields

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

# name: text, shortcut, what it does. Letters without a modifier are for what is done while looking at the picture.
_TEXTS: dict[str, tuple[str, str, str]] = {
    "open_file": ("&Open file…", "Ctrl+O", "Play a video or a picture instead of the camera"),
    "open_folder": ("Open f&older…", "Ctrl+Shift+O", "Play the pictures of a folder, in the order of their names"),
    "open_stream": ("Open &network stream…", "Ctrl+U", "Show a camera of the network, by its http or rtsp address"),
    "open_demo": ("&Demo clip", "Ctrl+D", "Play a short clip that comes with Emocam"),
    "find_cameras": ("&Refresh cameras", "F5", "Look again which cameras are connected"),
    "first_camera": ("Use the &first camera", "Ctrl+Shift+1", "Show the first camera that answers"),
    "retry": ("&Try again", "Ctrl+T", "Open the present source again, from its start"),
    "sessions": ("Open &sessions folder", "Ctrl+E", "Show the folder with all recorded sessions"),
    "quit": ("&Quit", "Ctrl+Q", "Close Emocam"),
    "record": ("&Record", "Ctrl+R", "Record a session: a CSV row for each face of each analysed frame"),
    "pause": ("&Pause", "Space", "Hold the picture and the analysis until you press it again"),
    "marker": ("Add &marker…", "M", "Name this moment of the recording; the recording goes on meanwhile"),
    "sensitivity_up": ("Prediction sensitivity &up", "Ctrl+Up", "Ask for 5 % more confidence before naming"),
    "sensitivity_down": ("Prediction sensitivity &down", "Ctrl+Down", "Ask for 5 % less confidence"),
    "tracking_up": ("Tracking sensitivity up", "Ctrl+Shift+Up", "Let a face move 10 px farther between frames"),
    "tracking_down": ("Tracking sensitivity down", "Ctrl+Shift+Down", "Let a face move 10 px less between frames"),
    "predict_rarer": ("Predict less often", "Shift+P", "Classify each face a frame later"),
    "predict_oftener": ("Predict more often", "P", "Classify each face a frame earlier"),
    "label_rarer": ("Label less often", "Shift+L", "Present a new label three frames later"),
    "label_oftener": ("Label more often", "L", "Present a new label three frames earlier"),
    "next_network": ("Next net&work", "N", "Switch to the next network of the list"),
    "open_model": ("Open model &file…", "Ctrl+Shift+N", "Use a network from an .hdf5 file"),
    "reset": ("&Reset to defaults", "Ctrl+0", "Put every setting back, except the source"),
    "spectrum_seven": ("&Seven emotions", "7", "Angry, disgust, fear, happy, sad, surprise, neutral"),
    "spectrum_three": ("&Three tones", "3", "Positive, neutral and negative"),
    "spectrum_next": ("S&witch spectrum", "S", "Change between seven emotions and three tones"),
    "theme_system": ("&As the system has it", "Ctrl+Alt+0", "Follow the system's light or dark theme"),
    "theme_light": ("&Light", "Ctrl+Alt+1", "Dark text on a light window"),
    "theme_dark": ("&Dark", "Ctrl+Alt+2", "Light text on a dark window"),
    "charts": ("&Charts", "C", "Show or hide the charts under the picture"),
    "panel": ("Settings &panel", "T", "Show or hide the settings and the list of faces"),
    "full_screen": ("&Full screen", "F11", "Use the whole screen"),
    "shortcuts": ("&Keyboard shortcuts", "F1", "List every shortcut"),
    "network_card": ("About this &network", "Ctrl+I", "What the network's file says of itself"),
    "about": ("&About Emocam", "Shift+F1", "What Emocam is, and what it is not"),
}
_CHECKABLE = {"pause", "charts", "panel", "full_screen"}
_GROUPS = (("spectrum_seven", "spectrum_three"), ("theme_system", "theme_light", "theme_dark"))


@dataclass(frozen=True, slots=True)
class Actions:
    """The app's actions; the window connects them."""

    open_file: QAction
    open_folder: QAction
    open_stream: QAction
    open_demo: QAction
    find_cameras: QAction
    first_camera: QAction
    retry: QAction
    sessions: QAction
    quit: QAction
    record: QAction
    pause: QAction
    marker: QAction
    sensitivity_up: QAction
    sensitivity_down: QAction
    tracking_up: QAction
    tracking_down: QAction
    predict_rarer: QAction
    predict_oftener: QAction
    label_rarer: QAction
    label_oftener: QAction
    next_network: QAction
    open_model: QAction
    reset: QAction
    spectrum_seven: QAction
    spectrum_three: QAction
    spectrum_next: QAction
    theme_system: QAction
    theme_light: QAction
    theme_dark: QAction
    charts: QAction
    panel: QAction
    full_screen: QAction
    shortcuts: QAction
    network_card: QAction
    about: QAction

    def all(self) -> list[QAction]:
        """Return every action, in the order of the menus."""
        return [getattr(self, field.name) for field in fields(self)]


def make_actions(window: QWidget) -> Actions:
    """Make the actions of a window; their shortcuts work in all of it."""
    made: dict[str, QAction] = {}
    for name, (text, keys, tip) in _TEXTS.items():
        action = QAction(text, window)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        describe(action, tip)
        action.setCheckable(name in _CHECKABLE)
        window.addAction(action)
        made[name] = action
    for names in _GROUPS:
        group = QActionGroup(window)
        for name in names:
            made[name].setCheckable(True)
            group.addAction(made[name])
    return Actions(**made)


def describe(action: QAction, tip: str) -> None:
    """Give an action its tooltip, with the shortcut at its end."""
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{tip} ({keys})" if keys else tip)


def fill_menu_bar(bar: QMenuBar, actions: Actions, *, source_menu: QMenu) -> None:
    """Put every action into the menus."""
    a = actions
    file = bar.addMenu("&File")
    file.addActions([a.open_file, a.open_folder, a.open_stream, a.open_demo])
    file.addMenu(source_menu)
    file.addSeparator()
    file.addActions([a.sessions])
    file.addSeparator()
    file.addActions([a.quit])
    session = bar.addMenu("&Session")
    session.addActions([a.record, a.marker])
    session.addSeparator()
    session.addActions([a.pause, a.retry])
    settings = bar.addMenu("Se&ttings")
    settings.addActions([a.sensitivity_up, a.sensitivity_down, a.tracking_up, a.tracking_down])
    settings.addSeparator()
    settings.addActions([a.predict_oftener, a.predict_rarer, a.label_oftener, a.label_rarer])
    settings.addSeparator()
    settings.addActions([a.next_network, a.open_model])
    settings.addSeparator()
    settings.addActions([a.reset])
    view = bar.addMenu("&View")
    fill_spectrum_menu(view, actions)
    view.addSeparator()
    view.addActions([a.charts, a.panel, a.full_screen])
    theme = view.addMenu("&Theme")
    theme.addActions([a.theme_system, a.theme_light, a.theme_dark])
    about = bar.addMenu("&Help")
    about.addActions([a.shortcuts, a.network_card, a.about])


def fill_spectrum_menu(menu: QMenu, actions: Actions) -> None:
    """Put the choice of the spectrum into a menu."""
    menu.addActions([actions.spectrum_seven, actions.spectrum_three, actions.spectrum_next])
