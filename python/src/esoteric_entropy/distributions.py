"""Random numbers of the usual distributions."""

from __future__ import annotations

import builtins
import operator
import uuid
from collections.abc import MutableSequence, Sequence
from typing import Any, NoReturn, TypeVar, Union, overload

from .pool import EntropyPool
from .random_source import PoolRandom
from .refusals import check_pool, refuse

T = TypeVar("T")

_NAME = "EsotericRandom"

#: A count of numbers, or the shape of a NumPy array.
Size = Union[int, tuple[int, ...]]


class EsotericRandom:
    """Random numbers from a pool. Without a size, methods return one number; with a size a NumPy array, or a list without NumPy.

    Single numbers and lists use the algorithms of the standard library's `random`: rejection for integers without bias,
    Kinderman and Monahan's ratio method for normal deviates, Fisher and Yates for shuffles. Arrays use np.random.Generator over
    an EsotericBitGenerator: Lemire's rejection for integers, the ziggurat for normal deviates.
    """

    def __init__(self, pool: EntropyPool | None = None, *, seed: None = None) -> None:
        """Draws from the pool, in its mode; without one, from a pool of its own in mode "drbg".

        seed: what other generators take. There is none here, so anything but None is refused. Raises TypeError for a seed.
        """
        check_pool(_NAME, pool, seed)
        self._pool = EntropyPool.auto(mode="drbg") if pool is None else pool
        self._random = PoolRandom(self._pool)
        self._arrays: Any = None

    @overload
    def random(self, size: None = None) -> float: ...

    @overload
    def random(self, size: Size) -> Any: ...

    def random(self, size: Size | None = None) -> Any:
        """Uniform in [0, 1), as multiples of 2^-53."""
        if size is None:
            return self._random.random()
        numpy = self._numpy()
        return numpy.random(size) if numpy else [self._random.random() for _ in range(_count(size))]

    @overload
    def integers(self, low: int, high: int | None = None, size: None = None) -> int: ...

    @overload
    def integers(self, low: int, high: int | None = None, *, size: Size) -> Any: ...

    @overload
    def integers(self, low: int, high: int | None, size: Size) -> Any: ...

    def integers(self, low: int, high: int | None = None, size: Size | None = None) -> Any:
        """Uniform in [low, high), or in [0, low) without high. Bounds may be of any size, except in NumPy arrays."""
        start, stop = (0, operator.index(low)) if high is None else (operator.index(low), operator.index(high))
        if start >= stop:
            raise ValueError(f"there is no integer from {start} to below {stop}")
        if size is None:
            return self._random.randrange(start, stop)
        numpy = self._numpy()
        if numpy:
            return numpy.integers(start, stop, size)
        return [self._random.randrange(start, stop) for _ in range(_count(size))]

    @overload
    def normal(self, loc: float = 0.0, scale: float = 1.0, size: None = None) -> float: ...

    @overload
    def normal(self, loc: float = 0.0, scale: float = 1.0, *, size: Size) -> Any: ...

    @overload
    def normal(self, loc: float, scale: float, size: Size) -> Any: ...

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Size | None = None) -> Any:
        """Normal with mean `loc` and standard deviation `scale`."""
        if not scale >= 0:
            raise ValueError(f"scale is {scale!r}, not a standard deviation")
        if size is None:
            return self._random.normalvariate(loc, scale)
        numpy = self._numpy()
        if numpy:
            return numpy.normal(loc, scale, size)
        return [self._random.normalvariate(loc, scale) for _ in range(_count(size))]

    @overload
    def choice(self, values: Sequence[T], size: None = None, replace: bool = True) -> T: ...

    @overload
    def choice(self, values: Sequence[T], size: Size, replace: bool = True) -> Any: ...

    def choice(self, values: Sequence[T], size: Size | None = None, replace: bool = True) -> Any:
        """One of the values, or `size` of them; if `replace` is false, none is chosen twice."""
        if len(values) == 0:
            raise ValueError("there is nothing to choose from")
        if size is None:
            return self._random.choice(values)
        numpy = self._numpy()
        if numpy:
            return numpy.choice(values, size, replace)
        count = _count(size)
        if replace:
            return self._random.choices(values, k=count)
        if count > len(values):
            raise ValueError(f"{count} of {len(values)} values cannot be chosen without replacement")
        return self._random.sample(values, count)

    def shuffle(self, values: MutableSequence[Any]) -> None:
        """Shuffles in place, all orders equally likely; a NumPy array along its first axis."""
        numpy = self._numpy() if hasattr(values, "__array__") else None
        if numpy:
            numpy.shuffle(values)
        else:
            self._random.shuffle(values)

    def bytes(self, n: int) -> builtins.bytes:
        return self._pool.get_random_bytes(n)

    def uuid4(self) -> uuid.UUID:
        """A random UUID, version 4 of RFC 9562."""
        return uuid.UUID(bytes=self._pool.get_random_bytes(16), version=4)

    def seed(self, *_: object) -> NoReturn:
        refuse(_NAME, "cannot be seeded")

    def __repr__(self) -> str:
        return f"<{_NAME} over {self._pool!r}>"

    def _numpy(self) -> Any:
        """Returns NumPy's generator over the same pool, made on first use; None without NumPy."""
        if self._arrays is None:
            try:
                import numpy
            except ImportError:
                return None
            from .bit_generator import EsotericBitGenerator

            self._arrays = numpy.random.Generator(EsotericBitGenerator(self._pool))
        return self._arrays


def _count(size: Size) -> int:
    if isinstance(size, tuple):
        raise TypeError("a shape needs NumPy, which is not installed; without it, size is a count")
    count = operator.index(size)
    if count < 0:
        raise ValueError(f"size is {count}, not a count")
    return count
