"""What the program says on stderr, and what that says about its end."""

from __future__ import annotations

import logging
import select
from collections import deque
from typing import Any, NamedTuple

from .errors import EntropyError, error_of

_log = logging.getLogger("esoteric_entropy")

#: Lines that are kept to say why it ended.
_LAST_LINES = 20
_PIECE_BYTES = 4096

#: What the program's exit codes mean when it ends before it has said hello.
_EXIT_CODES = {2: "usage", 3: "insufficient-entropy"}


class End(NamedTuple):
    """Why the program has ended. Errors are made of it one by one, for they collect tracebacks."""

    code: str
    message: str
    hints: tuple[str, ...] = ()

    def error(self) -> EntropyError:
        return error_of(self.code, self.message, self.hints)


class Talk:
    """Warnings go to the logger "esoteric_entropy", the rest there at level DEBUG."""

    def __init__(self, stderr: Any) -> None:
        self._stderr = stderr
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def read(self) -> bool:
        """Waits for some. Whether there may be more."""
        piece = self._stderr.read(_PIECE_BYTES)
        for line in (piece or b"").decode(errors="replace").splitlines():
            self._last_lines.append(line)
            _log.log(logging.WARNING if "warning:" in line else logging.DEBUG, "%s", line)
        return bool(piece)

    def read_rest(self) -> None:
        """What is there. A process that the program started may outlive it and hold the pipe open: no waiting for that."""
        poll = select.poll()
        poll.register(self._stderr, select.POLLIN)
        while poll.poll(0) and self.read():
            pass

    def reason(self, exit_code: int, greeted: bool) -> End:
        """Before it has said hello, the program says on stderr what is wrong with its arguments."""
        errors = [line.split("error: ", 1)[1] for line in self._last_lines if "error: " in line]
        hints = tuple(line[len("hint: ") :] for line in self._last_lines if line.startswith("hint: "))
        if errors and not greeted:
            return End(_EXIT_CODES.get(exit_code, "tool"), errors[-1], hints)
        how = f"was ended by signal {-exit_code}" if exit_code < 0 else f"ended with exit code {exit_code}"
        return End("tool", "\n".join([f"the program {how}", *self._last_lines]))
