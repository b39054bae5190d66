"""How the program ends once its command is done."""

import logging
import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn


def leave(status: int) -> NoReturn:
    """End the process, at once where a thread is still busy with what may never answer.

    Python stops such a thread wherever it is, maybe with a lock of a library in hand, and then waits for that lock for
    ever when it takes the library apart: h5py's, while a network is being loaded.
    """
    if any(thread.daemon and not isinstance(thread, threading._DummyThread) for thread in threading.enumerate()):
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # closed, full, or none at all
                stream.flush()
        os._exit(status)
    sys.exit(status)
