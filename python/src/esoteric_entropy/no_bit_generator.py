"""What stands for the bit generator where NumPy is not installed, so that importing its name does no harm."""

from __future__ import annotations

from .pool import EntropyPool


class EsotericBitGenerator:
    def __init__(self, pool: EntropyPool | None = None) -> None:
        raise ImportError("EsotericBitGenerator needs NumPy: pip install numpy", name="numpy")
