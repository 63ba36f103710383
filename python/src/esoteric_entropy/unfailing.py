"""Refills that have to come, since whoever waits for them can neither fail nor be interrupted: NumPy's C loops.

A refill is called in the middle of a loop that takes no error for an answer. Whatever it returned instead of bytes would become
numbers of a simulation or of a key. An exception cannot leave it either: ctypes prints it and goes on with what happens to lie
in a register, and one that is left pending for the interpreter is seen by some callers and not by others. So there are two ways
out only: bytes, or the end of the process.
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

#: For so long a refill is tried again. A program that died is replaced, and sources may come back.
PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.5


class Lock(Protocol):
    def acquire(self) -> bool: ...

    def release(self) -> None: ...


class Unfailing:
    """An interrupt (Ctrl-C, or what another signal handler raises) is raised again when the lock is free: after the loop."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._failing_since: float | None = None
        self._interrupt: BaseException | None = None
        self._raising = False

    def results(self, attempt: Callable[[], T], first: T) -> Generator[T, None, None]:
        """`first`, then the results of attempts. Tries again after a failure; ends the process if there is no end of it.

        A generator, for it goes on inside its `try`: an interrupt that has been waiting is caught before anything else happens.
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
                    self._interrupt = interrupt  # it came while the one before was being noted
        except BaseException as interrupt:
            end_process(interrupt)  # and yet another one

    def _succeeded(self) -> None:
        self._failing_since = None
        if self._interrupt is not None and not self._raising:
            self._raising = True
            _thread.start_new_thread(self._raise_when_free, (threading.get_ident(), type(self._interrupt)))
            self._interrupt = None

    def _raise_when_free(self, thread: int, kind: type[BaseException]) -> None:
        """In a thread of its own: one at a time, for CPython may take a thread that is just being made for its maker."""
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
        # Who interrupts a loop that gets no bytes wants it to end.
        if (is_shortage and self._interrupt is not None) or now - self._failing_since > PATIENCE_SECONDS:
            end_process(failure)
        if is_shortage:
            _log.warning("no random words for numpy.random, trying again: %s", failure)
            time.sleep(_PAUSE_SECONDS)


def end_process(failure: BaseException) -> NoReturn:
    reason = str(failure) or type(failure).__name__
    text = f"esoteric-entropy: fatal: no random words for numpy.random, which cannot go on without: {reason}\n"
    os.write(2, text.encode())
    faulthandler.dump_traceback(file=2, all_threads=False)
    os.abort()
