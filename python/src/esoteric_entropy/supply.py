"""Random bytes of one mode, asked for ahead of need. No byte is handed out twice, in this process or in a forked one."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from . import frames
from .errors import EntropyError, PoolClosedError, ToolError
from .forks import forget_after_fork
from .program import PROGRAMS, Choice
from .reply import Reply, wipe


class _Ahead(NamedTuple):
    """How much is asked for ahead: so many pieces at once, of a size that doubles from the first to the most."""

    pieces: int
    first_bytes: int
    most_bytes: int


#: Full entropy takes its time, so little of it is taken away from others, and little is lost when a request fails.
_AHEAD = {"full": _Ahead(2, 256, 1024), "drbg": _Ahead(4, 4096, 1 << 18)}


class _Piece:
    def __init__(self, reply: Reply, size: int) -> None:
        self.reply = reply
        self.size = size
        #: What comes before it has been handed out.
        self.position = 0

    @property
    def is_of_use(self) -> bool:
        return self.position < self.size and self.reply.error is None


class Supply:
    """Any number of threads may read. It is a user of the program until it is closed."""

    def __init__(self, choice: Choice, mode: str) -> None:
        if mode not in _AHEAD:
            raise ValueError(f"mode is {mode!r}, not 'full' or 'drbg'")
        self.program = PROGRAMS.acquire(choice)
        self.mode = mode
        self._ahead = _AHEAD[mode]
        self._piece_bytes = self._ahead.first_bytes
        self._pieces: deque[_Piece] = deque()
        self._closed = False
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        forget_after_fork(self)

    def read(self, out: memoryview) -> None:
        """Fills all of it. When that fails, what it had got is wiped. Raises EntropyError."""
        try:
            done = 0
            while done < len(out):
                done += self.read_some(out[done:])
        except BaseException:
            wipe(out)
            raise

    def read_some(self, out: memoryview) -> int:
        """Fills the beginning, with at least one byte, and says how much. Raises EntropyError."""
        with self._lock:
            self.check_open()
            piece, body = self._first(len(out))
            if len(body) != piece.size:
                piece.position = piece.size
                raise ToolError(f"the program gave {len(body)} bytes for {piece.size}")
            part = memoryview(body)[piece.position : piece.position + len(out)]
            # First of all: whatever interrupts the rest loses bytes, and hands none out twice, nor wiped ones.
            piece.position += len(part)
            out[: len(part)] = part
            wipe(part)
            return len(part)

    def check_open(self) -> None:
        if self._closed:
            raise PoolClosedError("the entropy pool is closed")

    def close(self) -> None:
        """Whoever waits for bytes is told that there will be none."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        for piece in list(self._pieces):
            self.program.cancel(piece.reply)
        with self._lock:
            self._discard()
        PROGRAMS.release(self.program, wait=True)

    def drop(self) -> None:
        """As `close`, for garbage: waits for nothing and says nothing, since it may run in the middle of anything."""
        if self._closed:
            return
        self._closed = True
        self._discard()
        PROGRAMS.release(self.program, wait=False)

    def forget(self) -> None:
        """After a fork: all that was asked for belongs to the parent process."""
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._discard()

    def _discard(self) -> None:
        for piece in self._pieces:
            piece.reply.discard()
        self._pieces.clear()

    def _first(self, wanted_bytes: int) -> tuple[_Piece, bytearray]:
        """Waits for the first piece that is of use."""
        asked_before = set(self._pieces)
        while True:
            self._ask(wanted_bytes)
            piece = self._pieces[0]
            if piece not in asked_before:
                return piece, self._wait(piece)
            try:
                return piece, piece.reply.wait()
            except EntropyError:
                # Nobody was waiting when it was asked for, so the time it was given is not what the reader was promised.
                self.check_open()

    def _wait(self, piece: _Piece) -> bytearray:
        try:
            return self.program.wait(piece.reply)
        except EntropyError:
            self.check_open()  # then it was given up, which is not what the reader has to know
            raise

    def _ask(self, wanted_bytes: int) -> None:
        # Used up, or failed while nobody was waiting.
        self._pieces = deque(piece for piece in self._pieces if piece.is_of_use)
        coming = sum(piece.size - piece.position for piece in self._pieces)
        while len(self._pieces) < self._ahead.pieces:
            missing = wanted_bytes - coming
            size = min(self._piece_bytes, missing) if missing > 0 else self._piece_bytes
            reply = self.program.ask(frames.WANT_BYTES, frames.want_bytes(size, self.mode))
            self._pieces.append(_Piece(reply, size))
            coming += size
            self._piece_bytes = min(2 * self._piece_bytes, self._ahead.most_bytes)
