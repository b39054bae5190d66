"""Emocam reads facial expressions from a webcam, live and privately; `Analyzer` is the way in for other programs.

>>> import emocam
>>> with emocam.Analyzer() as analyzer:
...     analysis = analyzer.analyze("portrait.jpg")

Importing this changes nothing in the program that does it, and brings neither Qt nor Keras. What stands in `__all__` is
public; the rest may change from one version to the next.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emocam.analyzer import Analysis, AnalyzedFace, Analyzer
    from emocam.engine.model_file import ModelFileError
    from emocam.messages import Box, FaceMeasures
    from emocam.settings import Settings
    from emocam.sources.errors import SourceError

__version__ = "0.1.0"

__all__ = ["Analysis", "AnalyzedFace", "Analyzer", "Box", "FaceMeasures", "ModelFileError", "Settings", "SourceError"]

_HOME = {
    "Analysis": "emocam.analyzer",
    "AnalyzedFace": "emocam.analyzer",
    "Analyzer": "emocam.analyzer",
    "Box": "emocam.messages",
    "FaceMeasures": "emocam.messages",
    "ModelFileError": "emocam.engine.model_file",
    "Settings": "emocam.settings",
    "SourceError": "emocam.sources.errors",
}


def __getattr__(name: str) -> Any:
    # On first use: OpenCV and h5py take a third of a second to import, which `emocam --help` need not wait for.
    if name not in _HOME:
        raise AttributeError(f"module 'emocam' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
