"""numpy.random over the pool: a BitGenerator whose words all come from the program's stream."""

from __future__ import annotations

import ctypes
import logging
import threading
import weakref
from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np
from numpy.random.bit_generator import SeedlessSeedSequence

from .binary import library_path
from .callback_words import CallbackWords
from .errors import NativeError
from .forks import forget_after_fork
from .native_words import NativeWords
from .notebook import described, html_table
from .pool import EntropyPool
from .refusals import check_pool, refuse
from .supply import Supply

_log = logging.getLogger("esoteric_entropy")

_CAPSULE_NAME = b"BitGenerator"
_NAME = "EsotericBitGenerator"


class _BitGen(ctypes.Structure):
    """bitgen_t of numpy/random/bitgen.h."""

    _fields_ = [
        ("state", ctypes.c_void_p),
        ("next_uint64", ctypes.c_void_p),
        ("next_uint32", ctypes.c_void_p),
        ("next_double", ctypes.c_void_p),
        ("next_raw", ctypes.c_void_p),
    ]


class EsotericBitGenerator(np.random.BitGenerator):
    """A bit generator for np.random.Generator. It has no state, so it cannot be seeded, saved, copied or jumped ahead.

    Only making one raises errors. If no words come later, it tries again for a minute, with warnings to the logger
    "esoteric_entropy", and then ends the process (SIGABRT) with a message: NumPy's loops cannot receive an error, and would
    continue with numbers that are not random. Ctrl-C is raised after the loop that it interrupted.
    """

    def __init__(self, pool: EntropyPool | None = None, *, seed: None = None) -> None:
        """Takes words in the pool's mode, or in mode "drbg" without a pool. The generator outlives the pool.

        seed: what NumPy's generators take first. There is none here, so anything but None is refused.
        Raises TypeError for a seed, EntropyError if the first words do not come.
        """
        check_pool(_NAME, pool, seed)
        super().__init__(SeedlessSeedSequence())  # type: ignore[arg-type]
        if pool is None:
            with EntropyPool.auto(mode="drbg") as own_pool:
                self._supply = own_pool.new_supply()
        else:
            self._supply = pool.new_supply()
        try:
            self._words = _words(self._supply, self.lock)
        except BaseException:
            self._supply.close()
            raise
        weakref.finalize(self, _end, self._supply, self._words).atexit = False
        bit_gen = _BitGen.from_address(_capsule_address(self.capsule))
        next64, next32, double = self._words.functions
        bit_gen.state = self._words.state_address
        bit_gen.next_uint64 = bit_gen.next_raw = next64
        bit_gen.next_uint32 = next32
        bit_gen.next_double = double
        forget_after_fork(self)

    def forget(self) -> None:
        """Makes the next word come from bytes that the parent process does not have."""
        if self._words.filling_thread == threading.get_ident():
            return  # noticed in the middle of a refill, which begins again
        # A thread that is gone may have held the lock. NumPy's generators keep a reference to it, so it cannot be replaced.
        self.lock._at_fork_reinit()  # type: ignore[attr-defined]
        self._words.forget()

    def __repr__(self) -> str:
        return f"<{_NAME}: {described(self._supply)}>"

    def _repr_html_(self) -> str:
        return html_table(_NAME, self._supply)

    @property
    def state(self) -> Mapping[str, Any]:
        refuse(_NAME, "has no state")

    @state.setter
    def state(self, value: Mapping[str, Any]) -> None:
        refuse(_NAME, "has no state")

    @property
    def seed_seq(self) -> NoReturn:
        refuse(_NAME, "has no seed")

    def seed(self, *_: object) -> NoReturn:
        refuse(_NAME, "cannot be seeded")

    def spawn(self, n_children: int) -> NoReturn:
        refuse(_NAME, "has no seed to spawn others from, and each one that you make is independent")

    def jumped(self, jumps: int = 1) -> NoReturn:
        refuse(_NAME, "cannot be jumped ahead, and each one that you make is independent")

    def __reduce__(self) -> NoReturn:
        raise TypeError("an EsotericBitGenerator cannot be pickled or copied: the copy would repeat its words")

    def __getstate__(self) -> NoReturn:
        self.__reduce__()


def _words(supply: Supply, lock: Any) -> NativeWords | CallbackWords:
    path = library_path()
    try:
        if path is None:
            raise NativeError("this installation carries no native library")
        return NativeWords(supply, lock, path)
    except NativeError as error:
        _log.warning("numpy.random will be slow: each word takes a call of Python: %s", error)
        return CallbackWords(supply, lock)


def _capsule_address(capsule: object) -> int:
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype = ctypes.c_void_p
    get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    address = get_pointer(capsule, _CAPSULE_NAME)
    assert isinstance(address, int)
    return address


def _end(supply: Supply, words: NativeWords | CallbackWords) -> None:
    words.discard()
    supply.drop()
