"""EntropyPool over the fake program: its bytes, and its errors when the program misbehaves."""

from __future__ import annotations

import gc
import io
import os
import pickle
import platform
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from support import is_running, output_of, wait_until, words

from esoteric_entropy import EntropyError, EntropyPool, InsufficientEntropyError, PoolClosedError, ToolError, UsageError
from esoteric_entropy.supply import _AHEAD

MakePool = Callable[..., EntropyPool]


def pid_of(pool: EntropyPool) -> int:
    pid = pool._supply.program.pid
    assert pid is not None
    return pid


@pytest.mark.parametrize("mode", ["full", "drbg"])
def test_bytes_come_in_the_length_asked_for_and_no_word_twice(fake_pool: MakePool, mode: str) -> None:
    pool = fake_pool("lengths", mode)
    lengths = [8, 0, 4096, 16, 300_000, 8, 2_000_000, 24]
    pieces = [pool.get_random_bytes(length) for length in lengths]
    assert [len(piece) for piece in pieces] == lengths
    seen = [word for piece in pieces for word in words(piece)]
    assert len(set(seen)) == len(seen)
    assert 0 not in seen


def test_threads_get_different_bytes(fake_pool: MakePool) -> None:
    pool = fake_pool("threads")
    with ThreadPoolExecutor(8) as threads:
        pieces = list(threads.map(lambda _: pool.get_random_bytes(64), range(400)))
    seen = [word for piece in pieces for word in words(piece)]
    assert len(set(seen)) == 400 * 8


@pytest.mark.parametrize("mode", ["full", "drbg"])
def test_little_is_asked_for_ahead(fake_pool: MakePool, fake_log: Callable[[], list[list[str]]], mode: str) -> None:
    pool = fake_pool("ahead-" + mode, mode)
    taken = 0
    for _ in range(200):
        taken += len(pool.get_random_bytes(100))
    for _ in range(3):
        taken += len(pool.get_random_bytes(500_000))
    pool.close()
    asked = [int(count) for what, count, *_ in (line + [""] for line in fake_log()) if what == "bytes"]
    ahead = _AHEAD[mode]
    assert max(asked) <= ahead.most_bytes
    assert taken <= sum(asked) <= taken + ahead.pieces * ahead.most_bytes


@pytest.mark.parametrize(("mode", "number"), [("full", "0"), ("drbg", "1")])
def test_the_mode_is_the_pools(fake_pool: MakePool, fake_log: Callable[[], list[list[str]]], mode: str, number: str) -> None:
    fake_pool("mode", mode).get_random_bytes(1)
    assert fake_log()[0] == ["bytes", "1", number]


def test_a_mode_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="'noise'"):
        EntropyPool.auto(mode="noise")


def test_misuse_is_refused(fake_pool: MakePool) -> None:
    pool = fake_pool("misuse")
    with pytest.raises(ValueError, match="-1"):
        pool.get_random_bytes(-1)
    with pytest.raises(TypeError):
        pool.get_random_bytes(1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        pool.get_random_bytes("32")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="read-only"):
        pool.fill(memoryview(b"abc"))
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="seconds"):
            pool.collect_all(seconds)
        with pytest.raises(ValueError, match="timeout"):
            EntropyPool.auto(timeout=seconds)
    with pytest.raises(ValueError, match="no sources"):
        EntropyPool.auto(sources=[])
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(pool)


def test_methods_are_those_of_the_program(fake_pool: MakePool) -> None:
    pool = fake_pool("methods")
    assert pool.sources == [{"id": "fake", "available": True}]
    assert pool.status() == {"method": "status", "params": {}}
    assert pool.health_report() == {"method": "healthReport", "params": {}}
    assert pool.collect_all(seconds=0.5) == {"method": "collect", "params": {"seconds": 0.5}}


def test_the_health_report_is_printed(fake_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    source: dict[str, Any] = {"id": "a", "state": "failed", "claimedH": 0.5, "assessedH": None, "creditedBits": 1234.5}
    source |= {"healthFailures": 2, "faults": 1, "reason": "stuck"}
    report: dict[str, Any] = {"sources": [source], "states": {"failed": 1, "healthy": 0}, "grade": "F"}
    report |= {"creditedBits": 1234.5, "uptimeMs": 1500, "readyBytes": 64}
    pool = fake_pool("print")
    monkeypatch.setattr(pool, "health_report", lambda: report)
    file = io.StringIO()
    pool.print_health(file)
    lines = file.getvalue().splitlines()
    assert lines[1].split() == ["a", "failed", "0.5", "-", "1,234", "3", "stuck"]
    assert lines[3:] == ["grade F: 1 failed", "credited 1,234 bits in 1.5 s, ready 64 bytes of full entropy"]


def test_sources_are_a_text_or_a_list(fake_pool: MakePool) -> None:
    one, other = EntropyPool.auto(sources=["a=1", "b=2"]), EntropyPool.auto(sources="a=1,b=2")
    assert pid_of(one) == pid_of(other)
    one.close()
    other.close()


# ---- One program for all ----


def test_pools_of_the_same_sources_share_a_program_but_no_bytes(fake_pool: MakePool) -> None:
    one, two, other = fake_pool("shared"), fake_pool("shared", "full"), fake_pool("shared+not")
    assert pid_of(one) == pid_of(two) != pid_of(other)
    seen = words(one.get_random_bytes(4096)) + words(two.get_random_bytes(4096)) + words(one.get_random_bytes(4096))
    assert len(set(seen)) == len(seen)
    pid = pid_of(one)
    one.close()
    assert two.get_random_bytes(8)
    assert is_running(pid)
    two.close()
    assert not is_running(pid)


def test_a_closed_pool_says_so(fake_pool: MakePool) -> None:
    with fake_pool("closed") as pool:
        pool.get_random_bytes(1)
    pool.close()
    for use in (lambda: pool.get_random_bytes(1), lambda: pool.get_random_bytes(0), pool.health_report, lambda: pool.sources):
        with pytest.raises(PoolClosedError) as raised:
            use()
        assert raised.value.code == "pool-closed"


def test_closing_ends_a_wait(fake_pool: MakePool) -> None:
    pool = fake_pool("silent+closed")
    with ThreadPoolExecutor(1) as thread:
        wait = thread.submit(pool.get_random_bytes, 8)
        wait_until(lambda: bool(pool._supply._pieces))
        pool.close()
        with pytest.raises(PoolClosedError):
            wait.result()


def test_a_program_that_stays_is_ended(fake_pool: MakePool) -> None:
    pool = fake_pool("stay")
    pid = pid_of(pool)
    pool.close()
    assert not is_running(pid)


def test_a_pool_that_is_garbage_ends_its_program(fake: None) -> None:
    pool = EntropyPool.auto(sources="garbage-collected")
    pid = pid_of(pool)
    pool.get_random_bytes(8)
    del pool
    gc.collect()
    wait_until(lambda: not is_running(pid))


# ---- Errors ----


def test_errors_of_the_program_are_raised_with_code_and_hints(fake_pool: MakePool) -> None:
    pool = fake_pool("short-at=1:1")
    with pytest.raises(InsufficientEntropyError) as raised:
        pool.get_random_bytes(32)
    assert raised.value.code == "insufficient-entropy"
    assert raised.value.hints == ("wait",)
    assert 0 not in words(pool.get_random_bytes(32))


def test_nothing_is_given_where_not_all_can_be(fake_pool: MakePool) -> None:
    pool = fake_pool("short-at=3:99", "full")
    buffer = bytearray(b"x" * 10_000)
    with pytest.raises(InsufficientEntropyError):
        pool.fill(buffer)
    assert buffer == bytes(10_000)


def test_a_failure_of_bytes_that_nobody_waited_for_is_not_told(fake_pool: MakePool) -> None:
    pool = fake_pool("short-at=2:4")
    for _ in range(5):
        assert len(pool.get_random_bytes(16)) == 16


def test_a_refused_choice_is_a_usage_error_at_once(fake: None) -> None:
    with pytest.raises(UsageError) as raised:
        EntropyPool.auto(sources="refuse")
    assert raised.value.message == 'unknown source "refuse"'
    assert raised.value.hints == ("there are others",)


@pytest.mark.parametrize(
    ("behaviour", "kind", "message"),
    [
        ("crash", ToolError, "signal 6"),
        pytest.param(
            "illegal",
            ToolError,
            "this processor lacks instructions of the level x86-64-v2",
            marks=pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not an x86-64 processor"),
        ),
        ("protocol=2", ToolError, "protocol 2"),
        ("garbage", ToolError, "malformed frame: a length"),
        ("unasked", ToolError, "answered request 77"),
        ("fatal", UsageError, "malformed frame: something"),
        ("half", ToolError, "sent 4 bytes instead of 8"),
        ("wrong-kind", ToolError, "kind 130"),
        ("die", ToolError, "exit code 7\nit was too much"),
    ],
)
def test_a_program_that_misbehaves_is_an_error(fake: None, behaviour: str, kind: type[EntropyError], message: str) -> None:
    with pytest.raises(kind, match=message), EntropyPool.auto(sources=behaviour) as pool:
        pool.get_random_bytes(8)


def test_a_program_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from esoteric_entropy.program import Choice

    monkeypatch.setattr(Choice, "command", lambda _: ["/nowhere/esoteric-entropy"])
    with pytest.raises(ToolError, match="No such file"):
        EntropyPool.auto(sources="nowhere")


def test_a_death_in_use_is_told_once_and_then_there_is_another(fake_pool: MakePool) -> None:
    pool = fake_pool("die-at=1", "full")
    first = pid_of(pool)
    with pytest.raises(ToolError, match="exit code 7"):
        pool.get_random_bytes(8)
    with pytest.raises(ToolError, match="exit code 7"):  # of another child
        pool.get_random_bytes(8)
    assert pid_of(pool) != first


def test_a_death_between_uses_is_told_once(fake_pool: MakePool) -> None:
    pool = fake_pool("killed")
    pool.health_report()
    os.kill(pid_of(pool), signal.SIGKILL)
    child = pool._supply.program._child
    wait_until(lambda: child is not None and child.has_ended)
    with pytest.raises(ToolError, match="signal 9"):
        pool.get_random_bytes(8)
    assert len(pool.get_random_bytes(8)) == 8
    assert pool.health_report()


def test_all_who_wait_hear_of_a_death(fake_pool: MakePool) -> None:
    pool = fake_pool("silent+killed")
    with ThreadPoolExecutor(3) as threads:
        waits: list[Future[Any]] = [threads.submit(pool.collect_all, 1) for _ in range(2)]
        waits.append(threads.submit(pool.get_random_bytes, 8))
        child = pool._supply.program._child
        wait_until(lambda: child is not None and len(child._replies) >= 3)
        os.kill(pid_of(pool), signal.SIGKILL)
        for wait in waits:
            with pytest.raises(ToolError, match="signal 9"):
                wait.result()


def test_more_requests_than_the_program_takes_wait_their_turn(fake_pool: MakePool) -> None:
    pool = fake_pool("many")
    barrier = threading.Barrier(50)

    def ask(_: int) -> dict[str, object]:
        barrier.wait()
        return pool.status()

    with ThreadPoolExecutor(50) as threads:
        assert len(list(threads.map(ask, range(50)))) == 50


def test_an_interrupted_wait_is_cancelled(tmp_path: object) -> None:
    out = output_of(
        """
signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError("over")))
pool = EntropyPool.auto(sources="silent")
signal.setitimer(signal.ITIMER_REAL, 0.2)
try:
    pool.collect_all(100)
except TimeoutError as error:
    print("interrupted:", error)
print(pool.status()["method"])
pool.close()
print(open(os.environ["FAKE_PROGRAM_LOG"]).read())
""",
        environment={"FAKE_PROGRAM_LOG": f"{tmp_path}/log"},
    )
    assert out.startswith("interrupted: over\nstatus\n")
    assert "cancel" in out
