"""The entropy pool: noise of this machine, health-tested and credited by the program, as bytes."""

from __future__ import annotations

import math
import operator
import sys
import weakref
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TextIO

from .health import health_text
from .program import Choice
from .supply import Supply

#: The program gives an answer up after so long without entropy.
_TIMEOUT_SECONDS = 10.0


class EntropyPool:
    """Pools with the same sources and timeout share one program, and its pool; what they hand out differs.

    >>> with EntropyPool.auto() as pool:
    ...     key = pool.get_random_bytes(32)
    """

    def __init__(self, sources: str | Iterable[str], mode: str, timeout: float) -> None:
        text = sources if isinstance(sources, str) else ",".join(sources)
        if not text:
            raise ValueError("no sources are named")
        seconds = float(timeout)
        if not (0 < seconds and math.isfinite(seconds)):
            raise ValueError(f"timeout is {timeout!r}, not a positive number of seconds")
        self._supply = Supply(Choice(text, seconds), mode)
        self._release = weakref.finalize(self, self._supply.drop)
        self._release.atexit = False  # then all programs are ended, and waited for

    @classmethod
    def auto(
        cls,
        sources: str | Iterable[str] = "default",
        mode: str = "full",
        timeout: float = _TIMEOUT_SECONDS,
    ) -> EntropyPool:
        """Starts sampling.

        sources: ids, families or words such as "default" and "fast", as a list or separated by commas.
        mode: "full" for bytes of full entropy; "drbg" for bulk, from CTR_DRBG reseeded from the pool.
        timeout: seconds without entropy after which a request fails with InsufficientEntropyError.
        Raises UsageError for sources that there are not, ToolError if the program cannot be started.
        """
        pool = cls(sources, mode, timeout)
        try:
            pool._supply.program.start()
        except BaseException:
            pool.close()
            raise
        return pool

    @property
    def mode(self) -> str:
        return self._supply.mode

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Every source the program has: id, title, family, mechanism, whether this machine can run it and if not, why."""
        answer = self._call("sources")
        return list(answer)

    def get_random_bytes(self, n: int) -> bytes:
        """Exactly n bytes. Raises InsufficientEntropyError when none came for the pool's timeout; then no byte is given."""
        size = operator.index(n)
        if size < 0:
            raise ValueError(f"n is {size}, not a number of bytes")
        out = bytearray(size)
        self.fill(out)
        return bytes(out)

    def fill(self, buffer: bytearray | memoryview) -> None:
        """Overwrites a writable buffer with random bytes; with zeros when it raises, as `get_random_bytes` does."""
        view = memoryview(buffer)
        if view.readonly:
            raise TypeError("the buffer is read-only")
        self._supply.check_open()
        self._supply.read(view.cast("B"))

    def status(self) -> dict[str, Any]:
        """The pool as it is: of every source state, claimed and assessed H, credited bits; the ledger; rates since the last."""
        return dict(self._call("status"))

    def health_report(self) -> dict[str, Any]:
        """How the sources fare: "healthy", "grade" A to F, "states", and of each source its health tests' failures and credit."""
        return dict(self._call("healthReport"))

    def print_health(self, file: TextIO | None = None) -> None:
        """The health report as a table, on stdout if nothing else is named."""
        print(health_text(self.health_report()), file=sys.stdout if file is None else file)

    def collect_all(self, seconds: float = 2.0) -> dict[str, Any]:
        """Samples all sources for so long and gives the status after it. What the pool cannot hold is discarded."""
        duration = float(seconds)
        if not (0 < duration and math.isfinite(duration)):
            raise ValueError(f"seconds is {seconds!r}, not a positive number")
        return dict(self._call("collect", seconds=duration))

    def close(self) -> None:
        """Wipes what was not handed out; ends the program if no other pool or generator uses it."""
        self._release.detach()
        self._supply.close()

    def new_supply(self) -> Supply:
        """For a generator over this pool, which is to outlive it."""
        self._supply.check_open()
        return Supply(self._supply.program.choice, self.mode)

    def __enter__(self) -> EntropyPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        choice = self._supply.program.choice
        return f"EntropyPool(sources={choice.sources!r}, mode={self.mode!r})"

    def __reduce__(self) -> str:
        raise TypeError("an EntropyPool cannot be pickled: another process has to make its own")

    def _call(self, method: str, **params: Any) -> Any:
        self._supply.check_open()
        return self._supply.program.call(method, **params)
