"""Where models and assets lie: in the installed package or at the top of a checkout, and in a folder of the user's."""

from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).parent
MODEL_ENDINGS = (".hdf5", ".h5")
# What people call the models that come with Emocam; one of their own has its file's name.
TITLES = {
    "residual": "Large: residual",
    "mini_xception_ferplus": "Small: mini-Xception, like people",
    "mini_xception_fer2013": "Small: mini-Xception, like FER-2013",
}


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


def user_models_folder() -> Path:
    """Return the user's own folder of models, which is offered in the window and need not exist."""
    return Path(platformdirs.user_data_dir("Emocam", appauthor=False)) / "models"


def known_models() -> dict[str, Path]:
    """Return the models that are known by name: those that come with Emocam, then those in the user's folder.

    Nothing is read of them. One that bears the name of a shipped one is told apart by "(own)"; a folder that cannot be
    looked into is as good as empty.
    """
    shipped = shipped_models()
    try:
        files = sorted(path for path in user_models_folder().iterdir() if _is_model(path))
    except OSError:
        files = []
    own: dict[str, Path] = {}
    for path in files:
        own.setdefault(f"{path.stem} (own)" if path.stem in shipped else path.stem, path)
    return {**shipped, **own}


def model_title(name: str) -> str:
    """Return what a model that is known by name is called in the window."""
    return TITLES.get(name, name)


def _is_model(path: Path) -> bool:
    return path.suffix.lower() in MODEL_ENDINGS and not path.name.startswith(".") and path.is_file()
