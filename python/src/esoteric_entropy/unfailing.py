"""Refills for NumPy's C loops, which can neither fail nor be interrupted.

A loop that calls a refill has no way to receive an error. Anything but random bytes would become the numbers of a simulation or
of a key. An exception cannot leave the refill either. ctypes prints it and continues with whatever lies in a register; if it is
left pending for the interpreter, some callers notice it and others do not. Only two ways out remain: bytes, or the end of the
process.
"""

from __future__ import annotations

import _thread
import ctypes
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Generator
from typing import Callable, NoReturn, Protocol, TypeVar

from .errors import EntropyError

_log = logging.getLogger("esoteric_entropy")

T = TypeVar("T")

#: A refill is tried again for this long. Meanwhile a program that died is replaced, and sources may recover.
PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.5


class Lock(Protocol):
    def acquire(self) -> bool: ...

    def release(self) -> None: ...


class Unfailing:
    """Retries failures. Raises an interrupt (Ctrl-C, or what a signal handler raises) later, when NumPy's loop frees the lock."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._failing_since: float | None = None
        self._interrupt: BaseException | None = None
        self._raising = False

    def results(self, attempt: Callable[[], T], first: T) -> Generator[T, None, None]:
        """Yields `first`, then the results of attempts. Retries failures, and ends the process if they last.

        It is a generator so that each call resumes inside its `try`: an interrupt that is pending is caught before anything
        else runs.
        """
        ready = [first]
        try:
            while True:
                try:
                    while True:
                        try:
                            if ready:
                                yield ready.pop()
                            else:
                                ready.append(attempt())
                                self._succeeded()
                        except GeneratorExit:
                            return
                        except BaseException as failure:
                            self._failed(failure)
                except BaseException as interrupt:
                    self._interrupt = interrupt  # a second one, while the first was being noted
        except BaseException as interrupt:
            end_process(interrupt)  # a third one, while the second was being noted

    def _succeeded(self) -> None:
        self._failing_since = None
        if self._interrupt is not None and not self._raising:
            self._raising = True
            _thread.start_new_thread(self._raise_when_free, (threading.get_ident(), type(self._interrupt)))
            self._interrupt = None

    def _raise_when_free(self, thread: int, kind: type[BaseException]) -> None:
        """Runs in a thread of its own. Only one runs at a time: CPython may mistake a thread being created for its creator."""
        self._lock.acquire()
        self._lock.release()
        if kind is KeyboardInterrupt:
            _thread.interrupt_main()
        else:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))
        self._raising = False

    def _failed(self, failure: BaseException) -> None:
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        is_shortage = isinstance(failure, EntropyError)
        if not is_shortage:
            self._interrupt = failure
        # A user who interrupts a loop that gets no bytes wants it to end.
        if (is_shortage and self._interrupt is not None) or now - self._failing_since > PATIENCE_SECONDS:
            end_process(failure)
        if is_shortage:
            _log.warning("no random words for numpy.random, trying again: %s", failure)
            time.sleep(_PAUSE_SECONDS)


def end_process(failure: BaseException) -> NoReturn:
    reason = str(failure) or type(failure).__name__
    text = f"esoteric-entropy: fatal: no random words for numpy.random, so the process ends: {reason}\n"
    os.write(2, text.encode())
    faulthandler.dump_traceback(file=2, all_threads=False)
    os.abort()
