"""EsotericRandom: ranges, shapes, and the pool as the source of every number.

Distributions are tested over the operating system's randomness. The probability that any bound is broken by chance is below
2^-40: means and counts may be 7.7 standard deviations off (2^-46 each), other bounds are wider.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from support import output_of

from esoteric_entropy import EntropyPool, EsotericRandom

HAS_NUMPY = importlib.util.find_spec("numpy") is not None

WITHOUT_NUMPY = """
sys.modules["numpy"] = None  # as if it were not installed
from esoteric_entropy import EsotericBitGenerator
"""


class OsPool(EntropyPool):
    """A pool with bytes of the operating system."""

    def __init__(self) -> None:
        pass

    def get_random_bytes(self, n: int) -> bytes:
        return os.urandom(n)


@pytest.fixture
def rng(monkeypatch: pytest.MonkeyPatch) -> EsotericRandom:
    random = EsotericRandom(OsPool())
    monkeypatch.setattr(random, "_numpy", lambda: None)  # tests lists; arrays are NumPy's work
    return random


def is_near(value: float, mean: float, deviation: float) -> bool:
    return abs(value - mean) < 7.7 * deviation


def test_random_is_uniform(rng: EsotericRandom) -> None:
    values = rng.random(size=20_000)
    assert all(0 <= value < 1 and (value * 2**53).is_integer() for value in values)
    assert is_near(statistics.fmean(values), 0.5, (1 / 12 / 20_000) ** 0.5)
    assert is_near(statistics.fmean(value * value for value in values), 1 / 3, (4 / 45 / 20_000) ** 0.5)


def test_integers_are_uniform_in_their_range(rng: EsotericRandom) -> None:
    counts = Counter(rng.integers(1, 7, size=60_000))
    assert set(counts) == {1, 2, 3, 4, 5, 6}
    assert all(is_near(count, 10_000, (60_000 * 1 / 6 * 5 / 6) ** 0.5) for count in counts.values())
    assert {rng.integers(3) for _ in range(500)} == {0, 1, 2}
    big = [rng.integers(-(2**200), 2**200) for _ in range(200)]
    assert all(-(2**200) <= value < 2**200 for value in big)
    assert max(big) > 2**190  # as nearly half of all are
    assert rng.integers(5, 6) == 5
    with pytest.raises(ValueError, match="no integer from 3"):
        rng.integers(3, 3)
    with pytest.raises(TypeError):
        rng.integers(1.5)  # type: ignore[call-overload]


def test_normal_has_mean_and_deviation(rng: EsotericRandom) -> None:
    values = rng.normal(10, 2, size=20_000)
    assert is_near(statistics.fmean(values), 10, 2 / 20_000**0.5)
    assert is_near(statistics.stdev(values), 2, 2 / 40_000**0.5)
    assert rng.normal(3, 0) == 3
    with pytest.raises(ValueError, match="scale"):
        rng.normal(0, -1)
    with pytest.raises(ValueError, match="scale"):
        rng.normal(0, float("nan"))


def test_choice_and_shuffle(rng: EsotericRandom) -> None:
    values = list("abcdef")
    assert {rng.choice(values) for _ in range(500)} == set(values)
    assert set(rng.choice(values, 500)) == set(values)
    assert sorted(rng.choice(values, 6, replace=False)) == values
    with pytest.raises(ValueError, match="7 of 6"):
        rng.choice(values, 7, replace=False)
    with pytest.raises(ValueError, match="nothing"):
        rng.choice([])
    orders = set()
    for _ in range(500):
        order = [1, 2, 3]
        rng.shuffle(order)
        orders.add(tuple(order))
    assert len(orders) == 6


def test_uuid4_and_bytes(rng: EsotericRandom) -> None:
    identifier = rng.uuid4()
    assert isinstance(identifier, uuid.UUID)
    assert (identifier.version, identifier.variant) == (4, uuid.RFC_4122)
    assert identifier != rng.uuid4()
    assert len(rng.bytes(7)) == 7


def test_sizes_that_are_none_are_refused(rng: EsotericRandom) -> None:
    with pytest.raises(TypeError, match="shape needs NumPy"):
        rng.random(size=(2, 3))
    with pytest.raises(ValueError, match="size"):
        rng.random(size=-1)
    assert rng.random(size=0) == []


def test_each_number_is_of_the_pools_bytes(fake_pool: Callable[..., EntropyPool]) -> None:
    pool = fake_pool("numbers")
    word = int.from_bytes(pool.get_random_bytes(8), "little")
    assert EsotericRandom(pool).random() == ((word + 1) >> 11) * 2.0**-53
    assert EsotericRandom(pool)._random.getrandbits(64) == word + 2


def test_without_numpy_there_are_lists_and_no_bit_generator() -> None:
    out = output_of(
        WITHOUT_NUMPY
        + """
pool = EntropyPool.auto(sources="without", mode="drbg")
rng = EsotericRandom(pool)
print([type(each).__name__ for each in (rng.random(), rng.random(size=3), rng.integers(9, size=2), rng.normal(size=2))])
try:
    EsotericBitGenerator(pool)
except ImportError as error:
    print(error)
"""
    )
    assert out == "['float', 'list', 'list', 'list']\nEsotericBitGenerator needs NumPy: pip install numpy\n"


@pytest.mark.skipif(not HAS_NUMPY, reason="NumPy is not installed")
def test_with_numpy_there_are_arrays(fake_pool: Callable[..., EntropyPool]) -> None:
    import numpy as np

    rng = EsotericRandom(fake_pool("arrays"))
    results: list[tuple[Any, tuple[int, ...]]] = [
        (rng.random(size=(2, 3)), (2, 3)),
        (rng.integers(0, 10, size=4), (4,)),
        (rng.normal(1, 2, 5), (5,)),
        (rng.choice([1, 2, 3], 2), (2,)),
    ]
    for array, shape in results:
        assert isinstance(array, np.ndarray)
        assert array.shape == shape
    assert isinstance(rng.random(), float)
    assert type(rng.integers(10)) is int
    array = np.arange(12).reshape(6, 2)
    rng.shuffle(array)  # type: ignore[arg-type]
    assert sorted(array[:, 0]) == [0, 2, 4, 6, 8, 10]
    assert all(array[:, 1] == array[:, 0] + 1)


def test_importing_loads_no_numpy() -> None:
    result = subprocess.run(
        [sys.executable, "-c", "import sys, esoteric_entropy; print('numpy' in sys.modules)"], capture_output=True
    )
    assert result.stdout == b"False\n"
