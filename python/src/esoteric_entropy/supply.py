"""Random bytes of one mode, requested ahead of need. No byte is handed out twice, in this process or in a copy of it."""

from __future__ import annotations

import threading
from collections import deque
from typing import NamedTuple

from . import frames
from .copies import COPIES
from .errors import EntropyError, PoolClosedError, ToolError
from .forks import forget_after_fork
from .program import PROGRAMS, Choice
from .reply import Reply, wipe


def read_own(supply: Supply, out: memoryview) -> int:
    """Fills the beginning of `out` as `Supply.read_some` does, with bytes that no copy of this process has."""
    while True:
        epoch = COPIES.epoch()
        count = supply.read_some(out)
        if epoch == COPIES.epoch():
            return count


class _Ahead(NamedTuple):
    """Number of pieces that are requested ahead. Their size doubles from `first_bytes` to `most_bytes`."""

    pieces: int
    first_bytes: int
    most_bytes: int


#: Full entropy comes slowly, so few bytes of it are kept from others, and few are lost when a request fails.
_AHEAD = {"full": _Ahead(2, 256, 1024), "drbg": _Ahead(4, 4096, 1 << 18)}


class _Piece:
    def __init__(self, reply: Reply, size: int) -> None:
        self.reply = reply
        self.size = size
        #: Bytes before this position have been handed out.
        self.position = 0

    @property
    def is_of_use(self) -> bool:
        return self.position < self.size and self.reply.error is None


class Supply:
    """A stream of random bytes. Any number of threads may read it. It uses the program until it is closed."""

    def __init__(self, choice: Choice, mode: str) -> None:
        if mode not in _AHEAD:
            raise ValueError(f"mode is {mode!r}, not 'full' or 'drbg'")
        self.program = PROGRAMS.acquire(choice)
        self.mode = mode
        self._ahead = _AHEAD[mode]
        self._piece_bytes = self._ahead.first_bytes
        #: Bytes that were read.
        self.given = 0
        self._pieces: deque[_Piece] = deque()
        self._closed = False
        self._epoch = COPIES.epoch()
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        forget_after_fork(self)

    def read(self, out: memoryview) -> None:
        """Fills `out`. On failure wipes all of it and raises EntropyError."""
        try:
            while True:
                epoch = COPIES.epoch()
                done = 0
                while done < len(out):
                    done += self.read_some(out[done:])
                if epoch == COPIES.epoch():
                    return
        except BaseException:
            wipe(out)
            raise

    def read_some(self, out: memoryview) -> int:
        """Fills the beginning of `out` with at least one byte, and returns their number. Raises EntropyError."""
        COPIES.epoch()  # outside of the lock, which a process that was forked by native code has to replace
        with self._lock:
            piece, body = self._first(len(out))
            if len(body) != piece.size:
                piece.position = piece.size
                raise ToolError(f"the program sent {len(body)} bytes instead of {piece.size}")
            part = memoryview(body)[piece.position : piece.position + len(out)]
            # First of all. An interrupt below this line then loses bytes, and hands none out twice or wiped.
            piece.position += len(part)
            self.given += len(part)
            out[: len(part)] = part
            wipe(part)
            return len(part)

    @property
    def closed(self) -> bool:
        return self._closed

    def check_open(self) -> None:
        if self._closed:
            raise PoolClosedError("the entropy pool is closed")

    def close(self) -> None:
        """Releases the program. Those who wait for bytes get PoolClosedError."""
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
        """Closes the supply during garbage collection: waits for nothing and sends nothing, since it may run anywhere."""
        if self._closed:
            return
        self._closed = True
        self._discard()
        PROGRAMS.release(self.program, wait=False)

    def forget(self) -> None:
        """Drops all requests after a fork: they belong to the parent process."""
        self._lock = threading.Lock()
        self._closing = threading.Lock()
        self._discard()

    def _discard(self) -> None:
        for piece in self._pieces:
            piece.reply.discard()
        self._pieces.clear()

    def _first(self, wanted_bytes: int) -> tuple[_Piece, bytearray]:
        """Waits for the first piece that has bytes left, and returns it with its bytes. No copy of this process has them."""
        while True:
            self.check_open()
            epoch = COPIES.epoch()
            if epoch != self._epoch:
                self._discard()
                self._epoch = epoch
            found = self._first_of_any(wanted_bytes)
            if epoch == COPIES.epoch():
                return found

    def _first_of_any(self, wanted_bytes: int) -> tuple[_Piece, bytearray]:
        asked_before = set(self._pieces)
        while True:
            self._ask(wanted_bytes)
            piece = self._pieces[0]
            if piece not in asked_before:
                return piece, self._wait(piece)
            try:
                return piece, piece.reply.wait()
            except EntropyError:
                # It was requested before the reader began to wait, so its timeout was not the reader's. Ask again.
                self.check_open()

    def _wait(self, piece: _Piece) -> bytearray:
        try:
            return self.program.wait(piece.reply)
        except EntropyError:
            self.check_open()  # `close` cancelled the request; the reader is told that, not "cancelled"
            raise

    def _ask(self, wanted_bytes: int) -> None:
        # Drop pieces that are used up, or that failed while nobody was waiting.
        self._pieces = deque(piece for piece in self._pieces if piece.is_of_use)
        coming = sum(piece.size - piece.position for piece in self._pieces)
        while len(self._pieces) < self._ahead.pieces:
            missing = wanted_bytes - coming
            size = min(self._piece_bytes, missing) if missing > 0 else self._piece_bytes
            reply = self.program.ask(frames.WANT_BYTES, frames.want_bytes(size, self.mode))
            self._pieces.append(_Piece(reply, size))
            coming += size
            self._piece_bytes = min(2 * self._piece_bytes, self._ahead.most_bytes)
