"""The program's battery of statistical tests, and its quality score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import frames
from .errors import UsageError
from .program import PROGRAMS, Choice

#: Testing samples nothing, whatever the choice of sources is; this one is what a pool has that says nothing else.
_CHOICE = Choice("default", 10.0)

#: Of a TEST frame: which tests.
_BATTERY = b"\0"


class TestResults(list[dict[str, Any]]):
    """One result for each test of the battery, in its order, and the quality score the program computed from them."""

    __test__ = False  # for pytest: it is not a test

    def __init__(self, results: Iterable[dict[str, Any]], quality: dict[str, Any]) -> None:
        super().__init__(results)
        #: "score" 0 to 100, "grade" A to F (both None where no test had a verdict), "passed", "failed", "notApplicable",
        #: "combinedP".
        self.quality = quality


def run_all_tests(data: bytes | bytearray | memoryview) -> TestResults:
    """Runs the battery on at most 1 MiB: bytes or any contiguous buffer, such as a NumPy array.

    Each result has a "kind" ("hypothesis", "bounds", "estimate" or "not-applicable") and a "test"; the other keys depend on
    the kind.
    """
    body = memoryview(data).cast("B")
    if len(body) > frames.MAX_BYTES:
        raise ValueError(f"{len(body)} bytes of data, the battery takes {frames.MAX_BYTES} at most")
    program = PROGRAMS.acquire(_CHOICE)
    try:
        answer = program.query(frames.TEST, _BATTERY + bytes(body))
    finally:
        PROGRAMS.release(program, wait=False)
    return TestResults(answer["results"], answer["quality"])


def calculate_quality_score(results: TestResults) -> float:
    """From 0 to 100: how little the tests speak against the data. It says nothing about how much entropy they hold.

    Raises UsageError where no test had a verdict, for lack of data.
    """
    if not isinstance(results, TestResults):
        raise TypeError("results have to be what run_all_tests gave: the score is of the whole battery")
    score = results.quality["score"]
    if score is None:
        raise UsageError("no test had a verdict: the data are too few")
    return float(score)
