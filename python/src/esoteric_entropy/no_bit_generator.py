"""Replaces the bit generator where NumPy is not installed: its name can be imported, but not called."""

from __future__ import annotations

from .pool import EntropyPool


class EsotericBitGenerator:
    def __init__(self, pool: EntropyPool | None = None, *, seed: None = None) -> None:
        raise ImportError("EsotericBitGenerator needs NumPy: pip install numpy", name="numpy")
