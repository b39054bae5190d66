"""`emocam cameras`: list the cameras of this machine."""

import argparse
import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from emocam.plain_text import plain_text
from emocam.sources import list_cameras


def run(options: argparse.Namespace) -> int:
    """Print the cameras and return 0, also where there is none."""
    cameras = list_cameras()
    if options.json:
        print(json.dumps([asdict(camera) for camera in cameras], indent=2))
        return 0
    if not cameras:
        print("No camera was found. Plug one in, or close the program that uses it, and try again.")
        return 0
    table = Table("number", "name", "identity")
    for camera in cameras:
        table.add_row(str(camera.index), plain_text(camera.name), plain_text(camera.identity))
    Console(markup=False, highlight=False).print(table)
    return 0
