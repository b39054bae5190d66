"""Where the file dialogs begin: in the user's folders, never among the files of the program."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths

import emocam
from emocam.resources import asset_path

PROGRAM_FOLDERS = (Path(emocam.__file__).parent, asset_path(""))


def users_folder(place: str | None) -> str:
    """Return the folder that a file lies or lay in, or a folder itself; empty where it is gone, or the program's."""
    if not place:
        return ""
    try:
        path = Path(place)
        folder = path if path.is_dir() else path.parent
        if not (path.is_absolute() or path.exists()) or not folder.is_dir():
            return ""
        folder = folder.resolve()
    except (OSError, ValueError):  # an address may be longer than any name of a file
        return ""
    is_program = any(folder.is_relative_to(one.resolve()) for one in PROGRAM_FOLDERS)
    return "" if is_program else str(folder)


def media_folder() -> str:
    """Return the user's folder of films, of pictures, or the home folder: the first that is there."""
    kinds = QStandardPaths.StandardLocation
    return _first_there(kinds.MoviesLocation, kinds.PicturesLocation, kinds.HomeLocation)


def home_folder() -> str:
    """Return the user's home folder."""
    return _first_there(QStandardPaths.StandardLocation.HomeLocation)


def _first_there(*kinds: QStandardPaths.StandardLocation) -> str:
    folders = [QStandardPaths.writableLocation(kind) for kind in kinds]
    return next((folder for folder in folders if folder and Path(folder).is_dir()), "")
