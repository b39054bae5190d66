"""What the window shows of the current frame: picture, charts, faces and speed."""
