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
from .notebook import described, html_table
from .program import Choice
from .supply import Supply

#: A request fails after this long without new entropy.
_TIMEOUT_SECONDS = 10.0


class EntropyPool:
    """Random bytes from noise of this machine. Pools with the same options but for the mode share one program, but no byte.

    >>> with EntropyPool.auto() as pool:
    ...     key = pool.get_random_bytes(32)
    """

    def __init__(self, sources: str | Iterable[str], mode: str, timeout: float, options: tuple[str, ...] = ()) -> None:
        text = sources if isinstance(sources, str) else ",".join(sources)
        if not text:
            raise ValueError("no sources are named")
        seconds = float(timeout)
        if not (0 < seconds and math.isfinite(seconds)):
            raise ValueError(f"timeout is {timeout!r}, not a positive number of seconds")
        self._supply = Supply(Choice(text, seconds, options), mode)
        self._release = weakref.finalize(self, self._supply.drop)
        self._release.atexit = False  # at exit, PROGRAMS ends all programs and waits for them

    @classmethod
    def auto(
        cls,
        sources: str | Iterable[str] = "default",
        mode: str = "full",
        timeout: float = _TIMEOUT_SECONDS,
        *,
        family_share: float = 1.0,
        uncalibrated: bool = False,
        require_calibration: bool = False,
    ) -> EntropyPool:
        """Starts sampling.

        sources: ids, families or words such as "default" and "fast", as a list or separated by commas.
        mode: "full" for bytes with 320 or more credited bits behind each 32; "drbg" for bulk, from CTR_DRBG reseeded
            from the pool.
        timeout: a request fails with InsufficientEntropyError after this many seconds without new entropy.
        family_share: the most of each block's credit that one family of sources may give, 0.5 to 1.
        uncalibrated: ignores this machine's profile, which `esoteric-entropy calibrate` makes.
        require_calibration: credits nothing but what that profile has assessed; without one, raises InputError.
        Raises UsageError for unknown sources, InputError for a damaged profile, ToolError if the program cannot be started.
        """
        if uncalibrated and require_calibration:
            raise ValueError("uncalibrated and require_calibration contradict each other")
        share = float(family_share)
        if not 0.5 <= share <= 1:
            raise ValueError(f"family_share is {family_share!r}, not a number from 0.5 to 1")
        flags = {"--uncalibrated": uncalibrated, "--require-calibration": require_calibration}
        shares = (f"--family-share={share:.6f}",) if share < 1 else ()
        pool = cls(sources, mode, timeout, shares + tuple(flag for flag, given in flags.items() if given))
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
        """All sources of the program: id, title, family, mechanism, whether this machine can run it, and if not, why."""
        answer = self._call("sources")
        return list(answer)

    def get_random_bytes(self, n: int) -> bytes:
        """Returns exactly n bytes. Raises InsufficientEntropyError after the pool's timeout without new entropy."""
        size = operator.index(n)
        if size < 0:
            raise ValueError(f"n is {size}, not a number of bytes")
        out = bytearray(size)
        self.fill(out)
        return bytes(out)

    def fill(self, buffer: bytearray | memoryview) -> None:
        """Fills a writable buffer with random bytes. Raises as `get_random_bytes` does, and then fills it with zeros."""
        view = memoryview(buffer)
        if view.readonly:
            raise TypeError("the buffer is read-only")
        self._supply.check_open()
        self._supply.read(view.cast("B"))

    def status(self) -> dict[str, Any]:
        """Returns each source's state, claimed and assessed H and credited bits, the ledger, and rates since the last status."""
        return dict(self._call("status"))

    def health_report(self) -> dict[str, Any]:
        """Returns "healthy", "grade" A to F, "states", and for each source its failures of health tests and its credit."""
        return dict(self._call("healthReport"))

    def print_health(self, file: TextIO | None = None) -> None:
        """Prints the health report as a table, by default on stdout."""
        print(health_text(self.health_report()), file=sys.stdout if file is None else file)

    def collect_all(self, seconds: float = 2.0) -> dict[str, Any]:
        """Samples all sources for `seconds` and returns the status afterwards. Output the pool cannot hold is discarded."""
        duration = float(seconds)
        if not (0 < duration and math.isfinite(duration)):
            raise ValueError(f"seconds is {seconds!r}, not a positive number")
        return dict(self._call("collect", seconds=duration))

    def close(self) -> None:
        """Wipes what was not handed out; ends the program if no other pool or generator uses it."""
        self._release.detach()
        self._supply.close()

    def new_supply(self) -> Supply:
        """Opens a supply for a generator over this pool that may outlive it."""
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
        return f"<EntropyPool: {described(self._supply)}>"

    def _repr_html_(self) -> str:
        return html_table("EntropyPool", self._supply)

    def __reduce__(self) -> str:
        raise TypeError("an EntropyPool cannot be pickled: another process must open its own")

    def _call(self, method: str, **params: Any) -> Any:
        self._supply.check_open()
        return self._supply.program.call(method, **params)
