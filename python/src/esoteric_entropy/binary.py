"""Where the program and its native library lie: inside this package, put there when the wheel was built."""

from __future__ import annotations

import sys
from pathlib import Path

from .errors import ToolError

_FOLDER = Path(__file__).parent / "bin"


def program_path() -> Path:
    """Raises ToolError if this installation carries no program."""
    path = _FOLDER / "esoteric-entropy"
    if not path.is_file():
        raise ToolError(
            f"{path} is missing: this installation of esoteric_entropy carries no program",
            ["install a wheel made for this platform, or 'pip install ./python' in a built repository"],
        )
    return path


def library_path() -> Path | None:
    """The native library, for its functions that numpy.random calls. None if this installation has none."""
    path = _FOLDER / ("libee.dylib" if sys.platform == "darwin" else "libee.so")
    return path if path.is_file() else None
