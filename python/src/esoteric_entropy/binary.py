"""Finds the program and its native library, which were put into this package when the wheel was built."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from .errors import NativeError, ToolError

#: EE_ABI_VERSION of c/ee.h.
ABI_VERSION = 2

_FOLDER = Path(__file__).parent / "bin"


def program_path() -> Path:
    """Returns the program's path. Raises ToolError if this installation carries none."""
    path = _FOLDER / "esoteric-entropy"
    if not path.is_file():
        raise ToolError(
            f"{path} is missing: this installation of esoteric_entropy carries no program",
            ["install a wheel for this platform, or run 'pip install ./python' in a repository with a built program"],
        )
    return path


def library_path() -> Path | None:
    """Returns the path of the native library, whose functions numpy.random calls; None if this installation has none."""
    path = _FOLDER / ("libee.dylib" if sys.platform == "darwin" else "libee.so")
    return path if path.is_file() else None


def load_library(path: Path) -> ctypes.CDLL:
    """Loads the native library. Raises NativeError if it cannot be loaded, or is of another version."""
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        raise NativeError(f"{path} cannot be loaded: {error}") from error
    version = library.ee_abi_version()
    if version != ABI_VERSION:
        raise NativeError(f"{path} has ABI version {version}, this package needs {ABI_VERSION}")
    return library
