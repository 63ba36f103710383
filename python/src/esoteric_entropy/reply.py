"""An answer of the program that may still be on its way."""

from __future__ import annotations

import threading

from .errors import EntropyError, ToolError


class Reply:
    """Holds an answer or an error. No lock guards them, so a forked process can always wipe them."""

    def __init__(self, answer_kind: int) -> None:
        self.answer_kind = answer_kind
        self.body: bytearray | None = None
        self.error: EntropyError | None = None
        # Held until the answer is there. Not an Event or Semaphore: those are written in Python, and an interrupt can leave
        # them locked.
        self._awaited = threading.Lock()
        self._awaited.acquire()
        self._unwanted = False

    @property
    def has_arrived(self) -> bool:
        return self.body is not None or self.error is not None

    def wait_for_any(self, timeout_seconds: float = -1) -> None:
        """Waits for the answer or the error. Raises ToolError after the timeout; -1 waits without limit."""
        if not self.has_arrived:
            if not self._awaited.acquire(timeout=timeout_seconds):
                raise ToolError(f"the program said nothing for {timeout_seconds:g} s")
            self._awaited.release()

    def wait(self, timeout_seconds: float = -1) -> bytearray:
        """Waits for the answer and returns its body. Raises the EntropyError that came in its place."""
        self.wait_for_any(timeout_seconds)
        if self.body is None:
            assert self.error is not None
            raise self.error
        return self.body

    def resolve(self, body: bytearray) -> None:
        self.body = body
        if self._unwanted:
            wipe(body)
        self._awaited.release()

    def fail(self, error: EntropyError) -> None:
        self.error = error
        self._awaited.release()

    def discard(self) -> None:
        """Wipes the answer, now or when it comes. Nobody may read it any more."""
        self._unwanted = True
        if self.body is not None:
            wipe(self.body)


def wipe(buffer: bytearray | memoryview) -> None:
    buffer[:] = bytes(len(buffer))
