"""The program ends, whatever a thread of it is about."""

import subprocess
import sys

# A thread that Python stops while it holds a lock of a library, which Python asks for when it takes that apart: as
# h5py does, whose objects are let go of under a lock.
PROGRAM = """
import sys, threading, h5py
from h5py._objects import phil
from emocam.commands.leaving import leave

kept = h5py.File("kept", "w", driver="core", backing_store=False)
has_lock = threading.Event()

def hold():
    with phil:
        has_lock.set()
        threading.Event().wait()

if sys.argv[1] == "busy":
    threading.Thread(target=hold, daemon=True).start()
    has_lock.wait()
print("done")
leave(3)
"""


def test_the_program_ends_while_a_thread_holds_the_lock_of_a_library():
    ended = subprocess.run([sys.executable, "-c", PROGRAM, "busy"], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout) == (3, "done\n")


def test_without_such_a_thread_it_ends_as_ever():
    ended = subprocess.run([sys.executable, "-c", PROGRAM, "idle"], capture_output=True, text=True, timeout=20)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "done\n", "")
