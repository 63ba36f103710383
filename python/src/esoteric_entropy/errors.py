"""The failures that this package raises on purpose, with the program's codes.

Misuse is not among them: a wrong type is a TypeError, a value out of range a ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence


class EntropyError(Exception):
    """A failure: what went wrong, a literal code to match on, and hints for the user."""

    code: str = "internal"

    def __init__(self, message: str, hints: Sequence[str] = (), code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hints = tuple(hints)
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"hint: {hint}" for hint in self.hints)])


class UsageError(EntropyError):
    """The program does not understand what it was asked for, such as an unknown source."""

    code = "usage"


class InputError(EntropyError):
    """Data given by the user could not be read or understood."""

    code = "input"


class NativeError(EntropyError):
    """The native library is missing, of the wrong version, or one of its functions failed."""

    code = "native"


class ToolError(EntropyError):
    """The program, or a tool of the system that it uses, could not be started, ended too early or answered nonsense."""

    code = "tool"


class SourceError(EntropyError):
    """A noise source could not deliver samples."""

    code = "source"


class InsufficientEntropyError(EntropyError):
    """No new entropy came for the time allowed, or no source can deliver any."""

    code = "insufficient-entropy"


class PoolClosedError(EntropyError):
    """The pool was closed while a request waited, or before it was used."""

    code = "pool-closed"


class DrbgError(EntropyError):
    """CTR_DRBG refused: not instantiated, request too large, or its reseed limit reached."""

    code = "drbg"


_BY_CODE: dict[str, type[EntropyError]] = {
    kind.code: kind
    for kind in (
        UsageError,
        InputError,
        NativeError,
        ToolError,
        SourceError,
        InsufficientEntropyError,
        PoolClosedError,
        DrbgError,
    )
}


def error_of(code: str, message: str, hints: Sequence[str] = ()) -> EntropyError:
    """Makes the error with this code; a plain EntropyError for codes without a class ("cancelled", "internal")."""
    return _BY_CODE.get(code, EntropyError)(message, hints, code)
