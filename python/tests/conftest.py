from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import fake_command

from esoteric_entropy import EntropyPool
from esoteric_entropy.program import Choice


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Choice, "command", fake_command)


@pytest.fixture
def fake_pool(fake: None) -> Iterator[Callable[..., EntropyPool]]:
    """Makes pools of programs that behave as told. Each test needs a behaviour of its own: equal programs are shared."""
    pools: list[EntropyPool] = []

    def make(behaviour: str = "well", mode: str = "drbg") -> EntropyPool:
        pools.append(EntropyPool.auto(sources=behaviour, mode=mode))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def fake_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """Returns the requests that fake programs got, without their process ids."""
    path = tmp_path / "log"
    path.touch()
    monkeypatch.setenv("FAKE_PROGRAM_LOG", str(path))
    return lambda: [line.split()[1:] for line in path.read_text().splitlines()]
