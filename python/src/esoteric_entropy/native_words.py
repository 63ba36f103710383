"""Words for numpy.random through the native library, which calls Python once for each full buffer."""

from __future__ import annotations

import ctypes
import threading
from pathlib import Path
from typing import Any

from .binary import load_library
from .copies import IDENTITY_WORDS
from .errors import NativeError
from .supply import Supply, read_own
from .unfailing import Lock, Unfailing

_BUFFER_BYTES = 1 << 18

_Refill = ctypes.CFUNCTYPE(None)


class _State(ctypes.Structure):
    """ee_bitgen of c/ee.h."""

    _fields_ = [
        ("bytes", ctypes.c_void_p),
        ("position", ctypes.c_uint64),
        ("length", ctypes.c_uint64),
        ("refill", _Refill),
        ("look_at", ctypes.c_uint64),
        ("identity", ctypes.c_uint64 * IDENTITY_WORDS),
    ]


class NativeWords:
    """Serves words from a buffer in native memory. The library drops them within a KiB if the process was copied.

    Raises NativeError if the library cannot be used, EntropyError if the first bytes do not come.
    """

    def __init__(self, supply: Supply, lock: Lock, path: Path) -> None:
        library = load_library(path)
        #: Addresses of the functions for 64 bits, 32 bits and a double.
        self.functions = tuple(_function_address(library, f"ee_bitgen_{name}") for name in ("next64", "next32", "double"))
        self._supply = supply
        self._lock = lock
        #: Thread that is in the middle of a refill.
        self.filling_thread: int | None = None
        self._buffer = (ctypes.c_uint8 * _BUFFER_BYTES)()
        self._view = memoryview(self._buffer).cast("B")
        self._state = _State(bytes=ctypes.addressof(self._buffer))
        library.ee_identity(self._state.identity, ctypes.c_size_t(IDENTITY_WORDS))
        self._fill()
        self._set_refill()

    @property
    def state_address(self) -> int:
        """Address of the state that the functions take. It is valid as long as this object lives."""
        return ctypes.addressof(self._state)

    def discard(self) -> None:
        """Wipes the buffer. The next word comes from new bytes."""
        self._state.position = self._state.length = 0
        ctypes.memset(self._buffer, 0, _BUFFER_BYTES)

    def forget(self) -> None:
        """Starts anew after a fork: a thread that is gone may have been in the middle of a refill."""
        self.filling_thread = None
        self.discard()
        self._set_refill()

    def _set_refill(self) -> None:
        refills = Unfailing(self._lock).results(self._fill, None)
        next(refills)
        self._state.refill = _Refill(refills.__next__)

    def _fill(self) -> None:
        self.filling_thread = threading.get_ident()
        try:
            self._state.length = read_own(self._supply, self._view)
        finally:
            self.filling_thread = None


def _function_address(library: ctypes.CDLL, name: str) -> int:
    try:
        return address_of(library[name])
    except AttributeError as error:
        raise NativeError(f"{library._name} has no function {name}") from error


def address_of(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return address
