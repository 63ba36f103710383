"""Random bytes and numbers from noise of this machine, health-tested and credited honestly.

Documented in docs/PYTHON.md of the repository.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .battery import TestResults, calculate_quality_score, run_all_tests
from .distributions import EsotericRandom
from .errors import (
    DrbgError,
    EntropyError,
    InputError,
    InsufficientEntropyError,
    NativeError,
    PoolClosedError,
    SourceError,
    ToolError,
    UsageError,
)
from .pool import EntropyPool

if TYPE_CHECKING:
    from .bit_generator import EsotericBitGenerator

__version__ = "0.1.0"

__all__ = [
    "DrbgError",
    "EntropyError",
    "EntropyPool",
    "EsotericBitGenerator",
    "EsotericRandom",
    "InputError",
    "InsufficientEntropyError",
    "NativeError",
    "PoolClosedError",
    "SourceError",
    "TestResults",
    "ToolError",
    "UsageError",
    "calculate_quality_score",
    "run_all_tests",
]


def __getattr__(name: str) -> Any:
    """Loads EsotericBitGenerator on first use: NumPy takes longer to load than all the rest."""
    if name != "EsotericBitGenerator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        import numpy  # noqa: F401
    except ImportError:
        from .no_bit_generator import EsotericBitGenerator as Missing

        return Missing
    from .bit_generator import EsotericBitGenerator as Present

    return Present
