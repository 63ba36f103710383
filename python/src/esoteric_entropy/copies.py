"""Notices that this process, or the machine it runs in, may have been copied: forked, or restored from a snapshot.

Two copies would hand out the same bytes. So whoever keeps some asks for the epoch before each hand-out, and drops what comes
from another one. SECURITY.md says what no program can see.
"""

from __future__ import annotations

import ctypes
import itertools
import logging
import os
import sys
import time
from typing import Any, Callable

from .binary import library_path, load_library
from .errors import NativeError
from .forks import forget_if_forked

_log = logging.getLogger("esoteric_entropy")

#: EE_IDENTITY_WORDS of c/ee.h, where `ee_identity` says what each word is.
IDENTITY_WORDS = 7

#: Place of the nanoseconds asleep, the one word that is not exact, and its least change that counts.
_ASLEEP = 1
_ASLEEP_TOLERANCE_NS = 100_000_000


class Copies:
    """Compares what the system says of this process with what it said before."""

    def __init__(self, identity: Callable[[], list[int]] | None = None) -> None:
        #: Asks the system; found out when it is first needed.
        self.identity = identity
        self._known: list[int] | None = None
        self._numbers = itertools.count(1)
        self._epoch = 0

    def epoch(self) -> int:
        """Returns another number after this process was copied. Takes a microsecond or two."""
        forget_if_forked()
        if self.identity is None:
            self.identity = _identity()
        now = self.identity()
        if self._known is None or not _is_same(now, self._known):
            self._known = now
            self._epoch = next(self._numbers)
        return self._epoch


def _is_same(a: list[int], b: list[int]) -> bool:
    if abs(a[_ASLEEP] - b[_ASLEEP]) > _ASLEEP_TOLERANCE_NS:
        return False
    a[_ASLEEP] = b[_ASLEEP]
    return a == b


def _identity() -> Callable[[], list[int]]:
    path = library_path()
    try:
        if path is None:
            raise NativeError("this installation carries no native library")
        return _native_identity(load_library(path))
    except NativeError as error:
        _log.debug("copies are seen by process and sleep alone: %s", error)
        return _plain_identity


def _native_identity(library: ctypes.CDLL) -> Callable[[], list[int]]:
    words = ctypes.c_uint64 * IDENTITY_WORDS
    function = library.ee_identity
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t]

    def identity() -> list[int]:
        out = words()
        function(out, IDENTITY_WORDS)
        return list(out)

    return identity


def _clocks() -> tuple[Any, Any]:
    """Returns a clock that counts while the machine sleeps, and one that does not."""
    if sys.platform == "darwin":
        return time.CLOCK_MONOTONIC, time.CLOCK_UPTIME_RAW
    return time.CLOCK_BOOTTIME, time.CLOCK_MONOTONIC


_ALWAYS, _AWAKE = _clocks()


def _plain_identity() -> list[int]:
    asleep = time.clock_gettime_ns(_ALWAYS) - time.clock_gettime_ns(_AWAKE)
    return [os.getpid(), asleep, *[0] * (IDENTITY_WORDS - 2)]


COPIES = Copies()
