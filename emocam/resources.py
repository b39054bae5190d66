"""Where the shipped models and assets lie: inside the installed package, or at the top of a checkout."""

from pathlib import Path

from emocam.engine.model_file import ModelFileError

_PACKAGE = Path(__file__).parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def asset_path(name: str) -> Path:
    """Return the path of a file of `assets/`."""
    return _folder("assets") / name


def shipped_models() -> dict[str, Path]:
    """Return the models that come with Emocam, by name, in alphabetical order."""
    return {path.stem: path for path in sorted(_folder("models").glob("*.hdf5"))}


def resolve_model(text: str) -> Path:
    """Return the path that a setting or an option means: a shipped model's name, or a file.

    Raises ModelFileError where it is neither.
    """
    shipped = shipped_models()
    if text in shipped:
        return shipped[text]
    path = Path(text).expanduser()
    if not path.is_file():
        raise ModelFileError(
            f"expected the path of an .hdf5 file or one of {', '.join(shipped) or 'no shipped model'}; got {text}"
        )
    return path
