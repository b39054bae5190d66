"""Who may import whom: each rule is checked in a fresh interpreter, or in the source itself."""

import ast
import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import emocam

ROOT = Path(emocam.__file__).parent.parent
QT = {"PySide6", "shiboken6", "pyqtgraph"}
KERAS = {"tensorflow", "keras", "jax", "torch"}
# How a network is fed and run. The mesh and the region belong to it: live, a face is cut out by its points, and scores
# on other people's faces are the app's only if they are cut out by the same lines, and measured against a face at rest
# by the same ones. What is exported is tried on faces that the cascade finds, in pictures that ship.
SHARED_WITH_TRAINING = (
    "emocam.labels.",
    "emocam.engine.preprocessing.",
    "emocam.engine.model_file.",
    "emocam.engine.keras_network.",
    "emocam.engine.network.",
    "emocam.engine.mesh.",
    "emocam.engine.region.",
    "emocam.engine.neutral_face.",
    "emocam.baseline.",
    "emocam.engine.detection.cascades.",
    "emocam.resources.",
    *(f"emocam.settings.{name}" for name in ("BETWEEN", "DATA_SET", "JUDGE_CHOICES", "PEOPLE")),  # names of answers
)

# Each wing of emocam, and the wings that it may import from; the modules beside the wings are shared by all.
MAY_IMPORT = {
    "engine": set(),
    "sources": set(),
    "sessions": set(),
    "capture": {"engine", "sources", "sessions"},
    "outputs": {"engine", "sources", "sessions"},
}
WINGS = {*MAY_IMPORT, "commands", "gui"}
# Training's folders and the modules beside them, from the ground up: each imports only from floors below its own.
FLOORS_OF_TRAINING = (
    {"recipe", "quiet", "machine", "output", "tables", "whole_files"},
    {"networks", "data"},
    {"scoring"},
    {"fitting"},
    {"choosing", "exporting"},
    {"zoo"},
    {"reporting"},
    {"options"},
    {"__main__"},
)
DOORS = ("__init__", "__main__", "analyzer")  # modules beside the wings that others enter by


def packages_imported_by(code: str) -> set[str]:
    """Run code in a fresh interpreter and return the top-level packages that it has imported."""
    code += "\nimport sys, json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def modules_outside_the_window() -> list[str]:
    found = pkgutil.walk_packages(emocam.__path__, "emocam.")
    return [module.name for module in found if not module.name.startswith("emocam.gui")]


def names_imported_in(folder: Path) -> set[str]:
    """Return every module, and every name taken from one, that a source, or those under a folder, import."""
    names = set()
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def wings_imported_by(path: Path) -> set[str]:
    """Return the wings of emocam, other than its own, from which a source imports."""
    own = path.relative_to(ROOT / "emocam").parts[0]
    parts = [name.split(".") for name in names_imported_in(path) if name.startswith("emocam.")]
    return {part[1] for part in parts if part[1] in WINGS} - {own}


@pytest.mark.parametrize("wing", MAY_IMPORT)
def test_a_wing_imports_only_from_wings_below_it(wing):
    for path in (ROOT / "emocam" / wing).rglob("*.py"):
        assert wings_imported_by(path) <= MAY_IMPORT[wing], path


def test_shared_modules_import_from_no_wing():
    shared = [path for path in (ROOT / "emocam").glob("*.py") if path.stem not in DOORS]
    assert {"messages", "resources", "settings"} <= {path.stem for path in shared}
    assert not {path.name: wings for path in shared if (wings := wings_imported_by(path))}


def test_nothing_outside_the_window_imports_qt():
    modules = modules_outside_the_window()
    assert {"emocam.engine.pipeline", "emocam.sessions.recorder", "emocam.commands.analyze"} <= set(modules)
    imported = packages_imported_by("import " + ", ".join(modules))
    assert "emocam" in imported
    assert not imported & QT


def test_the_window_imports_qt():
    assert "PySide6" in packages_imported_by("import emocam.gui.app")


def test_the_pipeline_and_a_shipped_model_need_neither_keras_nor_tensorflow():
    imported = packages_imported_by(
        "import emocam.engine.pipeline\n"
        "from emocam.engine.classification import open_classifier\n"
        "from emocam.resources import shipped_models\n"
        "paths = list(shipped_models().values())\n"
        "assert paths, 'no model is shipped'\n"
        "for path in paths: open_classifier(path)\n"
    )
    assert "ai_edge_litert" in imported
    assert not imported & KERAS


def test_what_reads_films_is_imported_with_the_first_film():
    assert "av" not in packages_imported_by("import emocam.sources, emocam.capture.loop, emocam.gui.app")
    opened = "from emocam.resources import demo_clip\nfrom emocam.sources import open_source\n"
    assert "av" in packages_imported_by(opened + "open_source(str(demo_clip())).close()")


def test_emocam_never_imports_training():
    assert not [name for name in names_imported_in(ROOT / "emocam") if name.split(".")[0] == "training"]
    modules = ", ".join(modules_outside_the_window())
    assert "training" not in packages_imported_by(f"import {modules}, emocam.gui.app")


def test_training_is_built_in_floors():
    folder = ROOT / "training"
    rooms = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    assert rooms - {"__init__"} == set().union(*FLOORS_OF_TRAINING)
    below: set[str] = set()
    for floor in FLOORS_OF_TRAINING:
        for room in floor:
            path = folder / room if (folder / room).is_dir() else folder / f"{room}.py"
            taken = {name.split(".")[1] for name in names_imported_in(path) if name.startswith("training.")}
            assert taken - {room} <= below, room
        below |= floor


def test_training_takes_from_emocam_only_what_both_share():
    taken = {name for name in names_imported_in(ROOT / "training") if name.split(".")[0] == "emocam"}
    assert taken
    assert not [name for name in taken if not name.startswith(SHARED_WITH_TRAINING)]


@pytest.mark.parametrize("door", ["emocam", "emocam.engine.pipeline", "emocam.capture.loop", "emocam.analyzer"])
def test_a_way_in_brings_neither_qt_nor_keras_and_changes_nothing_in_the_host(door):
    code = """
import logging, os, signal, sys, threading, warnings
def host():
    return (dict(os.environ), logging.root.handlers[:], logging.root.level, logging.raiseExceptions,
            signal.getsignal(signal.SIGINT), sys.excepthook, warnings.filters[:], threading.active_count())
def loggers():
    return {name: (logger.level, logger.handlers, logger.propagate) for name, logger
            in logging.root.manager.loggerDict.items() if isinstance(logger, logging.Logger) and "emocam" in name}
import cv2, numpy, h5py  # what they change on import is theirs
before = host()
import %s
assert host() == before, "the host was changed"
assert all(state == (0, [], True) for state in loggers().values()), loggers()
"""
    imported = packages_imported_by(code % door)
    assert not imported & (QT | KERAS)


def test_pillow_is_imported_with_the_first_picture_and_not_before():
    imported = packages_imported_by("import emocam, emocam.capture.loop, emocam.commands.analyze")
    assert not imported & {"PIL", "pillow_heif"}
    assert {"PIL", "pillow_heif"} <= packages_imported_by(
        "from emocam.sources import open_source\nfrom emocam.resources import asset_path\n"
        "open_source(str(asset_path('icon.png'))).close()"
    )


def test_help_answers_without_opencv_networks_or_qt():
    imported = packages_imported_by("from emocam.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass")
    assert not imported & ({"cv2", "h5py", "ai_edge_litert", "rich"} | QT | KERAS)
