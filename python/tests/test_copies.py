"""Copies of the machine: what was requested before is not handed out after."""

from __future__ import annotations

import os
from typing import Callable

import pytest
from support import words

from esoteric_entropy import EntropyPool
from esoteric_entropy.binary import library_path
from esoteric_entropy.copies import _ASLEEP_TOLERANCE_NS, COPIES, IDENTITY_WORDS, Copies, _identity, _plain_identity


class Machine:
    """A machine whose identity a test changes."""

    def __init__(self) -> None:
        self.words = [10**12 * place for place in range(1, IDENTITY_WORDS + 1)]
        self.copies = Copies(lambda: list(self.words))


def test_the_epoch_stays_while_nothing_changes() -> None:
    copies = Machine().copies
    assert len({copies.epoch() for _ in range(100)}) == 1


@pytest.mark.parametrize("place", [0, 2, 3, 4, 5, 6])
def test_each_word_counts_and_so_does_a_change_back(place: int) -> None:
    machine = Machine()
    epochs = [machine.copies.epoch()]
    for change in (1, -1):
        machine.words[place] += change
        epochs.append(machine.copies.epoch())
        assert machine.copies.epoch() == epochs[-1]
    assert len(set(epochs)) == 3


def test_the_time_asleep_may_be_off_by_its_tolerance_however_it_creeps_there() -> None:
    machine = Machine()
    first = machine.copies.epoch()
    for change in (_ASLEEP_TOLERANCE_NS, -2 * _ASLEEP_TOLERANCE_NS, 2 * _ASLEEP_TOLERANCE_NS):
        machine.words[1] += change
        assert machine.copies.epoch() == first
    machine.words[1] += 1
    assert machine.copies.epoch() != first


@pytest.mark.parametrize("way", ["native", "plain"])
def test_this_process_stays_what_it_is(way: str) -> None:
    if way == "native" and library_path() is None:
        pytest.skip("this installation carries no native library")
    copies = Copies(_identity() if way == "native" else _plain_identity)
    assert len({copies.epoch() for _ in range(2_000)}) == 1
    assert copies.identity is not None and copies.identity()[0] == os.getpid()


def _copy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    COPIES.epoch()
    before = COPIES.identity
    assert before is not None
    monkeypatch.setattr(COPIES, "identity", lambda: [word + (place == 4) for place, word in enumerate(before())])


def test_bytes_requested_ahead_are_dropped(fake_pool: Callable[..., EntropyPool], monkeypatch: pytest.MonkeyPatch) -> None:
    pool = fake_pool("copied")
    first = words(pool.get_random_bytes(8))[0]
    pieces = list(pool._supply._pieces)
    # The fake program's words count, and these are the last ones that were requested.
    last = first + sum(piece.size for piece in pieces) // 8 - 1
    bodies = [piece.reply.wait() for piece in pieces]
    _copy_machine(monkeypatch)
    assert words(pool.get_random_bytes(8))[0] > last
    assert not any(any(body) for body in bodies)


def test_a_request_begun_before_is_filled_anew(fake_pool: Callable[..., EntropyPool], monkeypatch: pytest.MonkeyPatch) -> None:
    pool = fake_pool("copied+again")
    supply = pool._supply
    read_some = supply.read_some
    seen: list[int] = []

    def read_and_copy(out: memoryview) -> int:
        count = read_some(out)
        seen.append(count)
        if len(seen) == 2:
            last.extend(words(bytes(out[:8])))
            _copy_machine(monkeypatch)
        return count

    last: list[int] = []
    monkeypatch.setattr(supply, "read_some", read_and_copy)
    out = words(pool.get_random_bytes(40_000))
    assert len(out) == 5_000
    assert min(out) > last[0]
    assert sum(seen) > 40_000
