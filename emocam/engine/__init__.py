"""Frame to FrameResult: faces found, followed, cut out and classified; no Qt, no files but models and assets."""
