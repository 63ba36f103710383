"""Habits of other generators: seeds are refused by name, and notebooks show what a thing is."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from esoteric_entropy import EntropyPool, EsotericBitGenerator, EsotericRandom
from esoteric_entropy.program import Program

MakePool = Callable[..., EntropyPool]

REASON = "noise of this machine, so no seed can make them come again.*np.random.default_rng\\(seed\\)"


@pytest.mark.parametrize("seed", [42, 0, "word", [1, 2], random.Random(1)], ids=lambda seed: type(seed).__name__)
def test_a_seed_is_refused_by_name(seed: Any) -> None:
    refusal = f"takes an EntropyPool, and no seed such as this {type(seed).__name__}: .*{REASON}"
    with pytest.raises(TypeError, match=f"EsotericRandom {refusal}"):
        EsotericRandom(seed)
    with pytest.raises(TypeError, match=f"EsotericRandom {refusal}"):
        EsotericRandom(seed=seed)
    pytest.importorskip("numpy")
    with pytest.raises(TypeError, match=f"EsotericBitGenerator {refusal}"):
        EsotericBitGenerator(seed)
    with pytest.raises(TypeError, match=f"EsotericBitGenerator {refusal}"):
        EsotericBitGenerator(seed=seed)


def test_a_seed_beside_a_pool_is_refused_too(fake_pool: MakePool) -> None:
    pytest.importorskip("numpy")
    pool = fake_pool("seeded beside")
    with pytest.raises(TypeError, match="no seed such as this int"):
        EsotericBitGenerator(pool, seed=1)  # type: ignore[arg-type]
    for owner in (EsotericBitGenerator, EsotericRandom):
        with pytest.raises(TypeError, match="no seed such as this EntropyPool"):
            owner(seed=pool)  # type: ignore[arg-type]
    assert EsotericBitGenerator(pool, seed=None).random_raw() > 0


def test_numpys_seeds_are_refused_by_name() -> None:
    np = pytest.importorskip("numpy")
    for seed in (np.random.SeedSequence(1), np.arange(4), np.int64(3), np.random.PCG64(1)):
        with pytest.raises(TypeError, match=f"no seed such as this {type(seed).__name__}: .*{REASON}"):
            EsotericBitGenerator(seed)


def test_seeding_later_is_refused_with_the_reason(fake_pool: MakePool) -> None:
    with pytest.raises(NotImplementedError, match=f"an EsotericRandom cannot be seeded: .*{REASON}"):
        EsotericRandom(fake_pool("seeded later")).seed(42)
    np = pytest.importorskip("numpy")
    generator = EsotericBitGenerator(fake_pool("seeded later"))
    for use in (
        lambda: generator.seed(42),
        lambda: generator.state,
        lambda: generator.jumped(),
        lambda: generator.spawn(1),
        lambda: np.random.default_rng(generator).spawn(1),
        lambda: np.random.RandomState(generator).get_state(legacy=False),
    ):
        with pytest.raises(NotImplementedError, match=f"an EsotericBitGenerator .*: .*{REASON}"):
            use()
    with pytest.raises(TypeError):
        np.random.RandomState(generator).seed(42)


def test_default_rng_takes_the_generator(fake_pool: MakePool) -> None:
    np = pytest.importorskip("numpy")
    generator = EsotericBitGenerator(fake_pool("default_rng"))
    rng = np.random.default_rng(generator)
    assert rng.bit_generator is generator
    assert len(np.unique(rng.integers(0, 2**64, 1000, dtype=np.uint64))) == 1000


def test_repr_is_one_short_line(fake_pool: MakePool) -> None:
    pool = fake_pool("shown", mode="full")
    assert repr(pool) == "<EntropyPool: sources 'shown', mode 'full', 0 bytes taken>"
    pool.get_random_bytes(1500)
    assert repr(pool) == "<EntropyPool: sources 'shown', mode 'full', 1,500 bytes taken>"
    assert repr(EsotericRandom(pool)) == f"<EsotericRandom over {pool!r}>"
    pool.close()
    assert repr(pool) == "<EntropyPool: sources 'shown', mode 'full', 1,500 bytes taken, closed>"
    pytest.importorskip("numpy")
    generator = EsotericBitGenerator(fake_pool("words shown"))
    assert repr(generator).startswith("<EsotericBitGenerator: sources 'words shown', mode 'drbg', ")
    assert repr(generator).endswith(" bytes taken>")


def test_notebooks_show_a_table_with_the_credit(fake_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> None:
    report = {"creditedBits": 12345.6, "grade": "B", "states": {"healthy": 3, "failed": 1, "starting": 0}}
    monkeypatch.setattr(Program, "call", lambda *_: report)
    pool = fake_pool("<b>shown</b>")
    pool.get_random_bytes(8)
    assert pool._repr_html_() == (
        "<table><caption>EntropyPool</caption>"
        "<tr><th>sources</th><td>&lt;b&gt;shown&lt;/b&gt;</td></tr><tr><th>mode</th><td>drbg</td></tr>"
        "<tr><th>taken</th><td>8 bytes</td></tr><tr><th>credited</th><td>12,345 bits</td></tr>"
        "<tr><th>health</th><td>grade B: 3 healthy, 1 failed</td></tr></table>"
    )
    pytest.importorskip("numpy")
    assert "12,345 bits" in EsotericBitGenerator(pool)._repr_html_()
    pool.close()
    assert "<tr><th>health</th><td>the entropy pool is closed</td></tr></table>" in pool._repr_html_()
