"""Every failure this package raises on purpose, with the codes that the program uses.

Misuse is not among them: a wrong type is a TypeError, a value out of range a ValueError.
"""

from __future__ import annotations

from collections.abc import Sequence


class EntropyError(Exception):
    """What went wrong, a literal code to match on, and what the user may do about it."""

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
    """The program was asked for something it does not understand, such as a source that there is not."""

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


class HealthError(EntropyError):
    """A health test (SP 800-90B section 4.4) failed."""

    code = "health"


class InsufficientEntropyError(EntropyError):
    """Less entropy was credited, in the time allowed, than was asked for."""

    code = "insufficient-entropy"


class PoolClosedError(EntropyError):
    """The pool was closed while bytes were awaited, or used after that."""

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
        HealthError,
        InsufficientEntropyError,
        PoolClosedError,
        DrbgError,
    )
}


def error_of(code: str, message: str, hints: Sequence[str] = ()) -> EntropyError:
    """The error with this code; an EntropyError where no class is made for it ("cancelled", "internal")."""
    return _BY_CODE.get(code, EntropyError)(message, hints, code)
