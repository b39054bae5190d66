"""Emocam reads facial expressions from a webcam, live and privately."""

import os

# Read by OpenCV when it is first imported, so this stands before every `import cv2`. Whoever sets one wins.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")  # with them a camera takes 4 to 20 s to open
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what is wrong with a source is said by SourceError
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # FFmpeg's AV_LOG_QUIET
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(2**27))  # 400 MB as BGR; larger pictures are refused

__version__ = "0.1.0"
