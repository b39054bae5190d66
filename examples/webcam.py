"""A loop over a webcam's frames with OpenCV: `python webcam.py`, or `python webcam.py film.mp4` in place of a camera.

Prints each new label; Ctrl-C ends it.
"""

import sys
import time

import cv2

import emocam

capture = cv2.VideoCapture(sys.argv[1] if len(sys.argv) > 1 else 0)
shown: dict[int, str | None] = {}
with emocam.Analyzer() as analyzer:
    while True:
        is_read, image = capture.read()
        if not is_read:
            break
        # A frame of a film is as old as the film says; one of a camera has just arrived.
        film_s = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        for face in analyzer.track(image, time_s=film_s if len(sys.argv) > 1 else time.monotonic()).faces:
            if face.label != shown.get(face.number):
                shown[face.number] = face.label
                print(f"face {face.number}: {face.label}, {face.confidence:.0%}", flush=True)
capture.release()
