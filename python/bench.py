#!/usr/bin/env python3
"""Measures random words through NumPy, and bytes without it, beside other generators. Asserts nothing.

    python3 bench.py

Measures the esoteric_entropy that is installed. Each figure is the best of five rounds.
"""

from __future__ import annotations

import os
import platform
import time
from typing import Callable
from unittest import mock

import numpy as np

from esoteric_entropy import EntropyPool, EsotericBitGenerator

_WORDS = 1 << 21
_ROUNDS = 5


def rate(work: Callable[[], object], size: int) -> float:
    """Measures megabytes per second."""
    work()
    best = float("inf")
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return size / best / 1e6


def main() -> None:
    size = 8 * _WORDS
    pool = EntropyPool.auto(mode="drbg")
    ours = np.random.Generator(EsotericBitGenerator(pool))
    pcg = np.random.Generator(np.random.PCG64())
    with mock.patch("esoteric_entropy.bit_generator.library_path", lambda: None):
        slow = np.random.Generator(EsotericBitGenerator(pool))
    full = EntropyPool.auto(mode="full")
    rows = [
        ("EsotericBitGenerator random()", rate(lambda: ours.random(_WORDS), size)),
        ("EsotericBitGenerator random_raw()", rate(lambda: ours.bit_generator.random_raw(_WORDS), size)),
        ("EsotericBitGenerator without the library", rate(lambda: slow.random(_WORDS // 16), size // 16)),
        ("np.random.PCG64 random()", rate(lambda: pcg.random(_WORDS), size)),
        ("get_random_bytes, mode drbg", rate(lambda: pool.get_random_bytes(size), size)),
        ("get_random_bytes, mode full", rate(lambda: full.get_random_bytes(1 << 15), 1 << 15)),
        ("os.urandom", rate(lambda: os.urandom(size), size)),
    ]
    print(f"{platform.machine()} {platform.system()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    print(f"{'':42} {'MB/s':>9}  of PCG64")
    reference = dict(rows)["np.random.PCG64 random()"]
    for name, value in rows:
        print(f"{name:42} {value:9.2f}  {value / reference:8.4f}")


if __name__ == "__main__":
    main()
