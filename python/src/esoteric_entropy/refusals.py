"""Answers to habits of other generators: what has no seed says so by name, and what to use where numbers have to come again."""

from __future__ import annotations

from typing import NoReturn

from .pool import EntropyPool

_WHY = (
    "its numbers come from noise of this machine, so no seed can make them come again;"
    " for numbers that can be repeated use np.random.default_rng(seed)"
)


def check_pool(owner: str, pool: object, seed: object = None) -> None:
    """Raises TypeError for anything but a pool or None where a pool may be given, and for any seed."""
    if seed is None and isinstance(pool, (EntropyPool, type(None))):
        return
    given = pool if seed is None else seed
    raise TypeError(f"{owner} takes an EntropyPool, and no seed such as this {type(given).__name__}: {_WHY}")


def refuse(owner: str, what: str) -> NoReturn:
    """Raises NotImplementedError: "an EsotericBitGenerator has no state: …"."""
    raise NotImplementedError(f"an {owner} {what}: {_WHY}")
