"""Where the shipped models and assets lie: inside the installed package, or at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def asset_path(name: str) -> Path:
    """Return the path of a file of `assets/`."""
    return _folder("assets") / name


def demo_clip() -> Path:
    """Return the path of the clip that comes with Emocam."""
    return asset_path("demo.mp4")


def shipped_models() -> dict[str, Path]:
    """Return the models that come with Emocam, by name, in alphabetical order."""
    return {path.stem: path for path in sorted(_folder("models").glob("*.hdf5"))}
