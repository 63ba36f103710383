"""The program's life when processes fork and end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import _PREAMBLE, PATIENCE_SECONDS, is_running, output_of, wait_until

FORKED = """
import struct, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # about forking with threads
def words(data):
    return set(struct.unpack(f"<{len(data) // 8}Q", data))
pool = EntropyPool.auto(sources="forked", mode="drbg")
held = words(pool.get_random_bytes(4096))
parent_program = pool._supply.program.pid
receive, send = os.pipe()
"""


def test_a_forked_process_starts_its_own_program_and_gets_other_bytes() -> None:
    out = output_of(
        FORKED
        + """
if os.fork() == 0:
    assert not pool._supply._pieces and pool._supply.program.pid is None
    own = words(pool.get_random_bytes(80_000))
    assert pool._supply.program.pid != parent_program
    os.write(send, struct.pack(f"<{len(own)}Q", *own))
    pool.close()
    os._exit(0)
os.close(send)
theirs = b""
while piece := os.read(receive, 65536):
    theirs += piece
assert os.wait()[1] == 0
ours = held | words(pool.get_random_bytes(80_000))
assert pool._supply.program.pid == parent_program
print(len(words(theirs)), len(ours & words(theirs)), 0 in words(theirs))
"""
    )
    assert out == "10000 0 False\n"


# A fork by native code runs no callbacks. Neither does it put the interpreter's own locks in order, so that any such process may
# stand still; here only our callback is missing.
WITHOUT_CALLBACK = """
import logging, os, random, threading
os.register_at_fork = lambda **callbacks: None
"""


@pytest.mark.parametrize("before", ["", WITHOUT_CALLBACK])
def test_what_a_forked_process_inherits_is_wiped_and_its_pipes_are_closed(before: str) -> None:
    out = output_of(
        before
        + FORKED
        + """
child = pool._supply.program._child
piece = pool._supply._pieces[1]
body = piece.reply.wait()
assert any(body[piece.position :])
if os.fork() == 0:
    signal.alarm(60)
    assert len(pool.get_random_bytes(64)) == 64
    pipes = [pipe.closed for pipe in (child._stdin, child._stdout, child._stderr)]
    os.write(send, bytes([all(pipes), not any(body), pool._supply.program.pid != parent_program]))
    os._exit(0)
print(list(os.read(receive, 3)), os.wait()[1], any(body[piece.position :]), pool._supply.program.pid == parent_program)
"""
    )
    assert out == "[1, 1, 1] 0 True True\n"


def test_a_process_forked_without_our_callback_gets_other_bytes() -> None:
    out = output_of(
        WITHOUT_CALLBACK
        + FORKED
        + """
if os.fork() == 0:
    signal.alarm(60)
    os.write(send, pool.get_random_bytes(8000))
    os._exit(0)
ours = words(pool.get_random_bytes(8000))
theirs = words(os.read(receive, 8000))
print(os.wait()[1], len(theirs), len((held | ours) & theirs))
"""
    )
    assert out == "0 1000 0\n"


def test_processes_of_multiprocessing_get_other_bytes() -> None:
    out = output_of(
        FORKED
        + """
import multiprocessing
def draw(_):
    return pool.get_random_bytes(4096)
with multiprocessing.get_context("fork").Pool(3) as workers:
    draws = [words(data) for data in workers.map(draw, range(6), chunksize=1)]
draws += [held, words(pool.get_random_bytes(4096))]
print(sum(map(len, draws)), len(set().union(*draws)))
"""
    )
    assert out == "4096 4096\n"


def test_the_program_ends_with_the_parent_though_a_forked_process_lives() -> None:
    out = output_of(
        FORKED
        + """
if os.fork() == 0:
    os.close(send)
    os.read(receive, 1)  # until the parent has ended
    os._exit(0)
pool.close()
from support import is_running
print(is_running(parent_program))
"""
    )
    assert out == "False\n"


def test_a_fork_while_other_threads_read_leaves_no_lock_taken() -> None:
    out = output_of(
        FORKED
        + """
over = threading.Event()
def read():
    while not over.is_set():
        pool.get_random_bytes(5000)
threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads:
    thread.start()
codes = []
for _ in range(10):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(0 if len(pool.get_random_bytes(64)) == 64 and pool.status() else 1)
    codes.append(os.waitpid(child, 0)[1])
over.set()
for thread in threads:
    thread.join()
print(codes)
"""
    )
    assert out == f"{[0] * 10}\n"


@pytest.mark.parametrize("how", ["falls off the end", "sys.exit(3)", "raise ValueError", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_the_program_ends_with_python(how: str) -> None:
    script = "pool = EntropyPool.auto(sources='ends')\npool.get_random_bytes(8)\nprint(pool._supply.program.pid, flush=True)\n"
    ending = "" if how == "falls off the end" else how
    result = subprocess.run([sys.executable, "-c", _PREAMBLE + script + ending], capture_output=True, text=True)
    pid = int(result.stdout)
    wait_until(lambda: not is_running(pid))


def test_a_program_that_stays_does_not_outlive_python() -> None:
    out = output_of("pool = EntropyPool.auto(sources='stay')\nprint(pool._supply.program.pid)")
    assert not is_running(int(out))


def test_ctrl_c_at_the_terminal_is_not_for_the_program(tmp_path: Path) -> None:
    script = "pool = EntropyPool.auto(sources='session')\nprint(pool._supply.program.pid, flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", _PREAMBLE + script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        pid = int(process.stdout.readline())
        assert os.getpgid(pid) != os.getpgid(process.pid)
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_what_the_program_inherits_is_its_own_pipes_only() -> None:
    if not Path("/proc").is_dir():
        pytest.skip("no /proc to look into")
    out = output_of(
        """
file = open(os.devnull)
os.set_inheritable(file.fileno(), True)
pool = EntropyPool.auto(sources="inherits")
print(len(os.listdir(f"/proc/{pool._supply.program.pid}/fd")))
"""
    )
    assert out == "3\n"
