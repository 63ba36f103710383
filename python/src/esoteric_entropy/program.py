"""The program as this process uses it: one child for each choice of sources, started on demand and shared by all users."""

from __future__ import annotations

import atexit
import threading
from typing import Any, NamedTuple

from . import frames
from .binary import program_path
from .child import Child
from .errors import EntropyError, PoolClosedError
from .forks import forget_after_fork
from .reply import Reply


class Choice(NamedTuple):
    """The sources, the timeout and the options that a program is started with."""

    sources: str
    timeout_seconds: float
    #: Further options of the program's command line.
    options: tuple[str, ...] = ()

    def command(self) -> list[str]:
        timeout = f"{self.timeout_seconds:.3f}"
        start = [str(program_path()), "serve-stdio", "--sources", self.sources, "--timeout", timeout]
        return [*start, *self.options]


class Program:
    """A program that replaces its child when that has ended, after telling one caller. A forked process starts its own."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        #: Number of users that have acquired it and not released it.
        self.users = 0
        self._lock = threading.RLock()
        self._child: Child | None = None
        forget_after_fork(self)

    @property
    def pid(self) -> int | None:
        """The child's process id, while there is one."""
        return None if self._child is None else self._child.pid

    def start(self) -> None:
        """Waits until the child takes requests. Raises EntropyError if it ends before."""
        child = self._running()
        try:
            child.wait_until_ready()
        except EntropyError:
            child.end_was_told = True
            raise

    def ask(self, kind: int, body: bytes) -> Reply:
        """Sends a request to the child. If the child has ended and no caller was told, raises the reason, once."""
        return self._running().ask(kind, body)

    def wait(self, reply: Reply) -> bytearray:
        try:
            return reply.wait()
        except EntropyError:
            if self._child is not None and self._child.has_ended:
                self._child.end_was_told = True
            raise

    def query(self, kind: int, body: bytes) -> Any:
        """Sends a request and returns its answer, parsed from JSON. Cancels the request if interrupted."""
        reply = self.ask(kind, body)
        try:
            return frames.parse_json(self.wait(reply))
        except BaseException:
            if not reply.has_arrived:
                self.cancel(reply)
            raise

    def call(self, method: str, **params: Any) -> Any:
        return self.query(frames.CALL, frames.call(method, params))

    def cancel(self, reply: Reply) -> None:
        """Tells the program to stop working on an answer that nobody waits for. It may come all the same."""
        child = self._child
        if child is not None:
            child.cancel(reply)

    def close(self, wait: bool) -> None:
        """Ends the child, and waits for its end if `wait` is true. Users that are left start another one by asking."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            child.close(wait)

    def forget(self) -> None:
        """Lets go of the child after a fork: it belongs to the parent process."""
        self._lock = threading.RLock()
        self._child = None

    def _running(self) -> Child:
        with self._lock:
            if self._child is not None and self._child.has_ended:
                child, self._child = self._child, None
                child.tell_end()
            if self._child is None:
                if self.users <= 0:
                    raise PoolClosedError("the entropy pool is closed")
                self._child = Child(self.choice.command())
            return self._child


class _Programs:
    """The programs in use in this process."""

    def __init__(self) -> None:
        self._by_choice: dict[Choice, Program] = {}
        # Re-entrant: the garbage collector may run while the lock is held, and release a pool.
        self._lock = threading.RLock()
        forget_after_fork(self)

    def acquire(self, choice: Choice) -> Program:
        with self._lock:
            program = self._by_choice.get(choice) or Program(choice)
            self._by_choice[choice] = program
            program.users += 1
            return program

    def release(self, program: Program, wait: bool) -> None:
        with self._lock:
            program.users -= 1
            if program.users > 0:
                return
            if self._by_choice.get(program.choice) is program:
                del self._by_choice[program.choice]
        program.close(wait)

    def close_all(self) -> None:
        for program in list(self._by_choice.values()):
            program.close(wait=True)

    def forget(self) -> None:
        """Replaces the lock after a fork: a thread that is gone may have held it."""
        self._lock = threading.RLock()


PROGRAMS = _Programs()
atexit.register(PROGRAMS.close_all)
