"""One run of the program: a child process that answers frames until its stdin is closed."""

from __future__ import annotations

import itertools
import logging
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from . import frames
from .errors import EntropyError, ToolError
from .forks import forget_after_fork
from .reply import Reply, wipe
from .talk import End, Talk

_log = logging.getLogger("esoteric_entropy")

#: Longest wait for the program's hello, which usually takes some 100 ms.
_HELLO_SECONDS = 60.0

#: Time the program gets to end after its stdin was closed. It wipes what it holds, which takes milliseconds.
_GRACE_SECONDS = 2.0

#: fcntl command F_SETPIPE_SZ of Linux, where a pipe holds 64 KiB by default.
_SET_PIPE_SIZE = 1031
_PIPE_BYTES = 1 << 20


class Child:
    """A running program. Any thread may ask; a thread of its own reads the answers, as long as the program runs."""

    def __init__(self, command: Sequence[str]) -> None:
        try:
            # In a session of its own, so that Ctrl-C at the terminal reaches Python and not the program.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(f"{command[0]} cannot be started: {error.strerror or error}") from error
        # Unbuffered, hence io.FileIO objects: they have no locks that a fork could leave taken.
        self._stdin: Any = self._process.stdin
        self._stdout: Any = self._process.stdout
        self._stderr: Any = self._process.stderr
        _widen(self._stdout)
        self._write_lock = threading.Lock()
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._replies: dict[int, Reply] = {}
        #: Requests that were interrupted while they were written. They may or may not be answered.
        self._doubtful: set[int] = set()
        self._end: End | None = None
        self._closing = False
        #: True once a caller was told that the program has ended.
        self.end_was_told = False
        #: Bytes of a frame that has not arrived completely.
        self._unfinished = bytearray()
        self._hello = Reply(frames.HELLO)
        self._talk = Talk(self._stderr)
        forget_after_fork(self)
        self._reader = threading.Thread(target=self._read, name="esoteric-entropy", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._end is not None

    def tell_end(self) -> None:
        """Raises the reason why the program has ended, unless a caller was told already."""
        if self._end is not None and not self.end_was_told:
            self.end_was_told = True
            raise self._end.error()

    def wait_until_ready(self) -> None:
        """Waits for the program's hello. Raises the reason if it ends before."""
        self._hello.wait(_HELLO_SECONDS)

    def ask(self, kind: int, body: bytes) -> Reply:
        """Sends a request, once there is room among those under way. Raises the reason if the program has ended."""
        reply = Reply(frames.BYTES if kind == frames.WANT_BYTES else frames.JSON)
        try:
            self._say(kind, self._enter(reply), body)
        except BaseException:
            self._doubt(reply)
            raise
        return reply

    def _enter(self, reply: Reply) -> int:
        while True:
            with self._lock:
                if self._end is not None:
                    self.end_was_told = True
                    raise self._end.error()
                if len(self._replies) < frames.MAX_REQUESTS:
                    request_id = 1 + next(self._numbers) % 0xFFFF_FFFF
                    self._replies[request_id] = reply
                    return request_id
                oldest = next(iter(self._replies.values()))
            oldest.wait_for_any()

    def _doubt(self, reply: Reply) -> None:
        with self._lock:
            reply.discard()
            for request_id in [request_id for request_id, each in self._replies.items() if each is reply]:
                self._doubtful.add(request_id)
                del self._replies[request_id]
                reply.fail(EntropyError("the request was interrupted", code="cancelled"))  # wakes those who wait for room

    def cancel(self, reply: Reply) -> None:
        """Tells the program to stop working on a request. Its answer is then an error, unless it was already on its way."""
        with self._lock:
            ids = [request_id for request_id, each in self._replies.items() if each is reply]
        for request_id in ids:
            self._say(frames.CANCEL, request_id)

    def close(self, wait: bool) -> None:
        """Closes the program's stdin, upon which it wipes what it holds and ends. Waits for its end if `wait` is true."""
        self._closing = True
        if self._write_lock.acquire(timeout=_GRACE_SECONDS):
            try:
                self._stdin.close()
            finally:
                self._write_lock.release()
        else:
            self._process.kill()  # a write has been blocked all this time: the program does not read
        if wait and threading.current_thread() is not self._reader:
            self._reader.join(_GRACE_SECONDS)
            if self._reader.is_alive():
                self._process.kill()
                self._reader.join(_GRACE_SECONDS)

    def forget(self) -> None:
        """Closes the pipes after a fork, since they are the parent's, and wipes what was read from them."""
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()
        self._process.returncode = 0  # not a child of this process, so it must not be waited for
        wipe(self._unfinished)
        for reply in self._replies.values():
            reply.discard()

    def _say(self, kind: int, request_id: int, body: bytes = b"") -> None:
        unsent = memoryview(frames.encode(kind, request_id, body))
        with self._write_lock:
            try:
                while unsent and not self._stdin.closed:
                    unsent = unsent[self._stdin.write(unsent) :]
            except OSError:
                self._stdin.close()  # the program has ended; the reading thread tells everybody who waits
            except BaseException:
                # An interrupt. If the frame takes more than one write, half of it may be sent, and nothing can follow that.
                if len(body) > select.PIPE_BUF - frames.HEADER_BYTES:
                    self.end_was_told = True
                    self._process.kill()
                raise

    # ---- The reading thread ----

    def _read(self) -> None:
        failure: EntropyError | None
        try:
            failure = self._receive_all()
        except EntropyError as error:
            failure = error
        except Exception as error:
            failure = EntropyError(f"reading from the program failed: {error!r}")
        if failure is not None:
            self._process.kill()
        self._talk.read_rest()
        exit_code = self._process.wait()
        with self._write_lock:
            self._stdin.close()
        self._stdout.close()
        self._stderr.close()
        if failure is not None:
            self._fail_all(End(failure.code, failure.message, failure.hints))
        elif self._closing:
            self._fail_all(End("pool-closed", "the entropy pool is closed"))
        else:
            self._fail_all(self._talk.reason(exit_code, self._hello.has_arrived))

    def _receive_all(self) -> EntropyError | None:
        """Reads until the program closes its stdout. Returns the error that the program sent for all requests, if any."""
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        poll.register(self._stderr, select.POLLIN)
        stdout, stderr = self._stdout.fileno(), self._stderr.fileno()
        header: frames.Header | None = None
        target, filled = memoryview(bytearray(frames.HEADER_BYTES)), 0
        while True:
            ready = [fd for fd, _ in poll.poll()]
            if stderr in ready and not self._talk.read():
                poll.unregister(stderr)
            if stdout not in ready:
                continue
            count = self._stdout.readinto(target[filled:])
            if not count:
                return None
            filled += count
            if filled < len(target):
                continue
            if header is None:
                header = frames.decode_header(target)
                self._unfinished = bytearray(header.body_bytes)
                target, filled = memoryview(self._unfinished), 0
                if header.body_bytes > 0:
                    continue
            body, self._unfinished = self._unfinished, bytearray()
            failure = self._receive(header, body)
            if failure is not None:
                return failure
            header = None
            target, filled = memoryview(bytearray(frames.HEADER_BYTES)), 0

    def _receive(self, header: frames.Header, body: bytearray) -> EntropyError | None:
        if header.kind == frames.ERROR and header.id == 0:
            return frames.parse_error(body)
        if not self._hello.has_arrived:
            self._greet(header, body)
        elif header.kind == frames.EVENT:
            _log_event(frames.parse_json(body))
        else:
            self._answer(header, body)
        return None

    def _greet(self, header: frames.Header, body: bytearray) -> None:
        hello = frames.parse_json(body) if header.kind == frames.HELLO else None
        protocol = hello.get("protocol") if isinstance(hello, dict) else None
        if protocol != frames.PROTOCOL_VERSION:
            raise ToolError(
                f"the program speaks protocol {protocol}, this package speaks protocol {frames.PROTOCOL_VERSION}",
                ["reinstall esoteric-entropy: program and package are released together"],
            )
        self._hello.resolve(body)

    def _answer(self, header: frames.Header, body: bytearray) -> None:
        error = frames.parse_error(body) if header.kind == frames.ERROR else None
        with self._lock:
            if header.id in self._doubtful:
                self._doubtful.remove(header.id)
                wipe(body)
                return
            reply = self._replies.get(header.id)
            if reply is None or (error is None and header.kind != reply.answer_kind):
                raise ToolError(f"the program answered request {header.id} with a frame of kind {header.kind}")
            del self._replies[header.id]
        if error is None:
            reply.resolve(body)
        else:
            reply.fail(error)

    def _fail_all(self, end: End) -> None:
        with self._lock:
            self._end = end
            unanswered = list(self._replies.values())
            self._replies.clear()
        if not self._hello.has_arrived:
            self._hello.fail(end.error())
        for reply in unanswered:
            reply.fail(end.error())


def _widen(pipe: Any) -> None:
    """Widens a pipe on Linux, so that a piece of bulk output passes in few turns."""
    if sys.platform != "linux":
        return
    import fcntl

    try:
        fcntl.fcntl(pipe, _SET_PIPE_SIZE, _PIPE_BYTES)
    except OSError as error:  # the user has too many wide pipes, or the system allows none
        _log.debug("the pipe keeps its size: %s", error)


def _log_event(event: Any) -> None:
    if isinstance(event, dict) and event.get("event") == "source-failed":
        _log.info("source %s failed: %s", event.get("id"), event.get("reason"))
