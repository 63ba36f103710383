"""The standard library's algorithms over the pool."""

from __future__ import annotations

import random
from typing import Any, NoReturn

from .pool import EntropyPool


class PoolRandom(random.Random):
    """A random.Random whose bits all come from a pool. It keeps nothing between calls."""

    def __init__(self, pool: EntropyPool) -> None:
        self._pool = pool
        super().__init__()

    def random(self) -> float:
        """Returns a multiple of 2^-53 in [0, 1), all equally likely."""
        return (int.from_bytes(self._pool.get_random_bytes(8), "little") >> 11) * 2.0**-53

    def getrandbits(self, k: int, /) -> int:
        if k < 0:
            raise ValueError("the number of bits is negative")
        count = (k + 7) // 8
        return int.from_bytes(self._pool.get_random_bytes(count), "little") >> (count * 8 - k)

    def seed(self, *_: Any, **__: Any) -> None:
        """Does nothing, as in random.SystemRandom. The base class calls it."""

    def getstate(self) -> NoReturn:
        raise NotImplementedError("randomness from a pool has no state")

    def setstate(self, state: Any) -> NoReturn:
        raise NotImplementedError("randomness from a pool has no state")
