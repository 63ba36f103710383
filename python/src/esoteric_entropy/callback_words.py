"""Words for numpy.random without the native library: each one takes a call into Python, which is slow.

The callbacks are iterators written in C. Between the words of a block they run no Python code. A signal handler therefore
cannot raise there; ctypes would drop the exception and return an arbitrary word.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import threading
from typing import Any

import numpy as np

from .errors import EntropyError
from .native_words import address_of
from .supply import Supply, read_own
from .unfailing import Lock, Unfailing, end_process

_BLOCK_BYTES = 1 << 14

#: Return types of the functions for 64 bits, 32 bits and a double. They ignore their argument, the state.
_TYPES: tuple[Any, ...] = (ctypes.c_uint64, ctypes.c_uint32, ctypes.c_double)
_WORD32, _DOUBLE = 1, 2


class CallbackWords:
    """Serves words from blocks of Python numbers. Raises EntropyError if the first bytes do not come.

    Words of a block that is begun are handed out though the machine was copied meanwhile: 16 KiB at most.
    """

    state_address = 0

    def __init__(self, supply: Supply, lock: Lock) -> None:
        self._supply = supply
        #: Thread that is in the middle of a refill.
        self.filling_thread: int | None = None
        self._blocks: list[list[Any]] = [[], [], []]
        self._refills: list[Any] = []
        self._callbacks: list[Any] = []
        for column, kind in enumerate(_TYPES):
            attempt = functools.partial(self._fill, column)
            refills = Unfailing(lock).results(attempt, attempt())
            words = itertools.chain.from_iterable(refills)
            self._refills.append(refills)
            self._callbacks.append(ctypes.CFUNCTYPE(kind)(words.__next__))
        #: Addresses of the functions.
        self.functions = tuple(address_of(each) for each in self._callbacks)

    def discard(self) -> None:
        """Drops the words that are left. They cannot be wiped, since they are Python numbers."""
        for block in self._blocks:
            block.clear()

    def forget(self) -> None:
        """Drops the words of the parent process after a fork."""
        self.filling_thread = None
        self.discard()
        if any(refills.gi_running for refills in self._refills):
            end_process(EntropyError("the process was forked while another thread was in the middle of a refill"))

    def _fill(self, column: int) -> list[Any]:
        buffer = bytearray(_BLOCK_BYTES)
        self.filling_thread = threading.get_ident()
        try:
            count = read_own(self._supply, memoryview(buffer))
        finally:
            self.filling_thread = None
        words = np.frombuffer(buffer, "<u8", count // 8)
        if column == _WORD32:
            block: list[Any] = words.view("<u4").tolist()
        elif column == _DOUBLE:
            block = ((words >> np.uint64(11)) * 2.0**-53).tolist()
        else:
            block = words.tolist()
        self._blocks[column] = block
        return block
