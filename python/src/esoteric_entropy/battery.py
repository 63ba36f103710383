"""The program's battery of statistical tests, and its quality score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import frames
from .errors import UsageError
from .program import PROGRAMS, Choice

#: Any choice would do, since testing samples nothing. This is the default of EntropyPool, so the two share a program.
_CHOICE = Choice("default", 10.0)

#: Number of the suite in a TEST frame.
_BATTERY = b"\0"


class TestResults(list[dict[str, Any]]):
    """The results of the battery, one per test in its order, and the quality score that the program computed from them."""

    __test__ = False  # tells pytest that this is not a test

    def __init__(self, results: Iterable[dict[str, Any]], quality: dict[str, Any]) -> None:
        super().__init__(results)
        #: "score" from 0 to 100 and "grade" from A to F (both None if no test had a verdict), "passed", "failed",
        #: "notApplicable", "combinedP".
        self.quality = quality


def run_all_tests(data: bytes | bytearray | memoryview) -> TestResults:
    """Runs the battery on bytes or any contiguous buffer, such as a NumPy array, of at most 1 MiB.

    Each result has a "kind" ("hypothesis", "bounds", "estimate" or "not-applicable") and a "test"; the other keys depend on
    the kind.
    """
    body = memoryview(data).cast("B")
    if len(body) > frames.MAX_BYTES:
        raise ValueError(f"data has {len(body)} bytes; the battery takes at most {frames.MAX_BYTES}")
    program = PROGRAMS.acquire(_CHOICE)
    try:
        answer = program.query(frames.TEST, _BATTERY + bytes(body))
    finally:
        PROGRAMS.release(program, wait=False)
    return TestResults(answer["results"], answer["quality"])


def calculate_quality_score(results: TestResults) -> float:
    """Returns a score from 0 to 100, which falls as the tests speak against the data. It is no measure of their entropy.

    Raises UsageError if the data were too few for any test to have a verdict.
    """
    if not isinstance(results, TestResults):
        raise TypeError("results must come from run_all_tests: the score is that of the whole battery")
    score = results.quality["score"]
    if score is None:
        raise UsageError("no test had a verdict: there are too few data")
    return float(score)
