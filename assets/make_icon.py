"""Draws icon.png, for where a system takes no SVG, from icon.svg.

python assets/make_icon.py
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SIZE_PX = 256


def main() -> None:
    folder = Path(__file__).parent
    image = QImage(SIZE_PX, SIZE_PX, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(folder / "icon.svg")).render(painter)
    painter.end()
    image.save(str(folder / "icon.png"))


if __name__ == "__main__":
    main()
