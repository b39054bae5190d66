"""Run one slow call on a thread of its own, so that the caller goes on meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def start_beside(call: Callable[[], T], *, name: str) -> Future[T]:
    """Start a call and return its future, which holds the value or the error that it raised.

    The thread is a daemon: a camera or an address that never answers must not keep the app from ending,
    as the threads of an executor would.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            value = call()
        except BaseException as error:  # handed on, not swallowed: `Future.result` raises it in the caller
            future.set_exception(error)
        else:
            future.set_result(value)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
