"""The version stands in one place, and what pip knows of an installed Emocam came from there."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import emocam

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def test_the_installed_package_has_the_version_of_the_code():
    try:
        installed = metadata.version("emocam")
    except metadata.PackageNotFoundError:
        pytest.skip("emocam is not installed here")
    assert installed == emocam.__version__


def test_the_project_file_states_no_version_of_its_own():
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    assert "version" not in project["project"]
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"] == {"path": "emocam/__init__.py"}
