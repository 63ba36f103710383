"""The fake program, here and in processes of their own."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable

FAKE_PROGRAM = Path(__file__).parent / "fake_program.py"

#: Longer than any wait in a test, unless the machine is very busy or something hangs.
PATIENCE_SECONDS = 120.0

_PREAMBLE = f"""
import os, signal, sys, threading, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from support import fake_command
from esoteric_entropy.program import Choice
Choice.command = fake_command
from esoteric_entropy import *
"""


def fake_command(choice: Any) -> list[str]:
    return [sys.executable, "-S", str(FAKE_PROGRAM), choice.sources]


def run_script(text: str, *, real: bool = False, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a script in a process of its own, with the fake program unless the real one is asked for."""
    preamble = "from esoteric_entropy import *\n" if real else _PREAMBLE
    return subprocess.run(
        [sys.executable, "-c", preamble + text],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        env={**os.environ, **(environment or {})},
    )


def output_of(text: str, **options: Any) -> str:
    result = run_script(text, **options)
    assert result.returncode == 0, result.stderr
    return result.stdout


def words(data: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(data) // 8}Q", data[: len(data) // 8 * 8]))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it has not come true"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Tells whether the process exists and is not a zombie."""
    result = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return result.stdout.strip() not in ("", "Z", "Zs", "Z+")
