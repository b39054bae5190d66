"""How the window looks: colours for light and dark as the system has it, and how figures read."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from emocam.labels import COLOURS
from emocam.pooling import whole_percent

# WCAG 2.1, 1.4.11: what carries meaning by its colour stands at least 3:1 off its background.
LEAST_GRAPHIC_CONTRAST = 3.0

ARROW_ROOM = "\N{NO-BREAK SPACE}" * 3  # Fusion draws a menu's arrow over the end of a button's text


@dataclass(frozen=True, slots=True)
class Tones:
    """The colours of one scheme, as #RRGGBB."""

    window: str
    base: str  # behind lists, fields and charts
    button: str
    text: str
    quiet: str  # secondary text
    line: str  # grids, frames and separators
    accent: str
    on_accent: str
    well: str  # around the picture


LIGHT = Tones("#F4F5F7", "#FFFFFF", "#FFFFFF", "#1D1F23", "#5C616B", "#D5D8DE", "#2563C9", "#FFFFFF", "#E6E8EC")
DARK = Tones("#1F2125", "#17181B", "#2B2E34", "#E8EAED", "#A3A8B2", "#3A3E46", "#7FB0FF", "#10131A", "#101113")


def apply_theme(app: QApplication, scheme: str | None = None) -> None:
    """Give the app Fusion's shapes and our colours, now and whenever the system changes its scheme.

    scheme: "light" or "dark" holds that one; None follows the system. Raises ValueError for another.
    """
    if scheme not in ("light", "dark", None):
        raise ValueError(f"scheme: expected light, dark or None; got {scheme!r}")
    follower = app.findChild(_SchemeFollower) or _SchemeFollower(app)
    follower.follow(scheme)


def tones(palette: QPalette) -> Tones:
    """Return the colours that go with a widget's palette."""
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def label_colour(label: str) -> QColor:
    """Return a label's colour, the same in light and dark."""
    return QColor(COLOURS[label])


def blend(colour: QColor, other: QColor, share: float) -> QColor:
    """Mix two colours; `share` (0 to 1) is the other's."""
    mixed = [a + (b - a) * share for a, b in zip(_channels(colour), _channels(other), strict=True)]
    return QColor.fromRgbF(*mixed)


def contrast(colour: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((_luminance(colour), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def percent(share: float) -> str:
    """Write a share (0 to 1) as whole percent, with a space that does not break; nearly all is not all."""
    whole = round(100 * share)
    if 0 < share < 1 and whole in (0, 100):
        return f"{'<' if whole == 0 else '>'}{abs(whole - 1)}\N{NO-BREAK SPACE}%"
    return f"{whole}\N{NO-BREAK SPACE}%"


def probability(share: float) -> str:
    """Write a probability (0 to 1) as the whole percent that is compared with the sensitivity."""
    return f"{whole_percent(share)}\N{NO-BREAK SPACE}%"


def figures_font(font: QFont) -> QFont:
    """Return the font with digits of one width, so that changing figures do not shift what follows."""
    steady = QFont(font)
    steady.setFeature(QFont.Tag("tnum"), 1)
    return steady


class _SchemeFollower(QObject):
    """The app's one link to the system's scheme."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._held: str | None = None
        # Some Linux desktops announce their scheme only through the palette: read it before ours replaces it.
        self._starts_dark = tones(app.palette()) is DARK
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._paint)

    def follow(self, scheme: str | None) -> None:
        self._held = scheme
        # The hint brings the title bar and the system's own dialogs along, where the platform can.
        if scheme is None:
            self._app.styleHints().unsetColorScheme()
        else:
            dark, light = Qt.ColorScheme.Dark, Qt.ColorScheme.Light
            self._app.styleHints().setColorScheme(dark if scheme == "dark" else light)
        self._paint()

    def _paint(self) -> None:
        system = self._app.styleHints().colorScheme()
        is_dark = self._starts_dark if system == Qt.ColorScheme.Unknown else system == Qt.ColorScheme.Dark
        if self._held is not None:
            is_dark = self._held == "dark"
        self._app.setPalette(_palette(DARK if is_dark else LIGHT))


def _palette(tones: Tones) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette(QColor(tones.button), QColor(tones.window))
    for name, colour in {
        role.Window: tones.window,
        role.WindowText: tones.text,
        role.Base: tones.base,
        role.AlternateBase: tones.window,
        role.Text: tones.text,
        role.PlaceholderText: tones.quiet,
        role.Button: tones.button,
        role.ButtonText: tones.text,
        role.ToolTipBase: tones.base,
        role.ToolTipText: tones.text,
        role.Highlight: tones.accent,
        role.HighlightedText: tones.on_accent,
        role.Accent: tones.accent,
        role.Link: tones.accent,
        role.Mid: tones.line,
    }.items():
        palette.setColor(name, QColor(colour))
    faint = blend(QColor(tones.text), QColor(tones.window), 0.55)
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faint)
    return palette


def _luminance(colour: QColor) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: QColor) -> tuple[float, float, float]:
    return colour.redF(), colour.greenF(), colour.blueF()
