"""Reads the program's stderr, and takes from it why the program ended."""

from __future__ import annotations

import logging
import platform
import select
import signal
from collections import deque
from typing import Any, NamedTuple

from .errors import EntropyError, error_of

_log = logging.getLogger("esoteric_entropy")

#: Last lines of stderr that are kept, to tell why the program ended.
_LAST_LINES = 20
_PIECE_BYTES = 4096

#: Error codes for the exit codes of a program that ended before its hello.
_EXIT_CODES = {2: "usage", 3: "insufficient-entropy"}

_WRONG_PROCESSOR = "this processor lacks instructions of the level x86-64-v2, without which the program does not run"
_OTHER_PROCESSOR = ("in a virtual machine choose another model than qemu64 or kvm64: for QEMU -cpu host or -cpu Nehalem",)


class End(NamedTuple):
    """Why the program has ended. Each caller gets an error of its own, since errors collect tracebacks."""

    code: str
    message: str
    hints: tuple[str, ...] = ()

    def error(self) -> EntropyError:
        return error_of(self.code, self.message, self.hints)


class Talk:
    """Logs the program's stderr to "esoteric_entropy": warnings as such, the rest at level DEBUG."""

    def __init__(self, stderr: Any) -> None:
        self._stderr = stderr
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def read(self) -> bool:
        """Waits for text and logs it. Returns false at the end of the stream."""
        piece = self._stderr.read(_PIECE_BYTES)
        for line in (piece or b"").decode(errors="replace").splitlines():
            self._last_lines.append(line)
            _log.log(logging.WARNING if "warning:" in line else logging.DEBUG, "%s", line)
        return bool(piece)

    def read_rest(self) -> None:
        """Logs what has arrived, without waiting: a process that the program started may outlive it and hold the pipe open."""
        poll = select.poll()
        poll.register(self._stderr, select.POLLIN)
        while poll.poll(0) and self.read():
            pass

    def reason(self, exit_code: int, greeted: bool) -> End:
        """Returns why the program ended. Before its hello, it reports errors in its arguments on stderr."""
        errors = [line.split("error: ", 1)[1] for line in self._last_lines if "error: " in line]
        hints = tuple(line[len("hint: ") :] for line in self._last_lines if line.startswith("hint: "))
        if errors and not greeted:
            return End(_EXIT_CODES.get(exit_code, "tool"), errors[-1], hints)
        if exit_code == -signal.SIGILL and not greeted and platform.machine() in ("x86_64", "AMD64"):
            return End("tool", _WRONG_PROCESSOR, _OTHER_PROCESSOR)
        how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
        return End("tool", "\n".join([f"the program {how}", *self._last_lines]))
