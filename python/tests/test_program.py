"""The real program that this installation carries."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import is_running, output_of, run_script, wait_until

import esoteric_entropy
from esoteric_entropy import (
    EntropyPool,
    EsotericRandom,
    InputError,
    UsageError,
    binary,
    calculate_quality_score,
    run_all_tests,
)

HAS_NUMPY = importlib.util.find_spec("numpy") is not None
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pool() -> Iterator[EntropyPool]:
    with EntropyPool.auto(timeout=60) as pool:
        yield pool


@pytest.mark.parametrize("mode", ["full", "drbg"])
def test_bytes_are_random(mode: str) -> None:
    with EntropyPool.auto(mode=mode, timeout=60) as pool:
        data = pool.get_random_bytes(20_000)
    ones = sum(bin(byte).count("1") for byte in data)
    # 160,000 bits: a standard deviation is 200, and 8 of them are exceeded less than once in 2^49 times.
    assert abs(ones - 80_000) < 1600
    assert len({data[start : start + 16] for start in range(0, 20_000, 16)}) == 1250


def test_the_health_report_tells_of_every_source(pool: EntropyPool) -> None:
    pool.get_random_bytes(32)
    report = pool.health_report()
    assert report["healthy"] is True
    assert report["grade"] in "ABC"
    assert report["creditedBits"] >= 320
    assert sum(report["states"].values()) == len(report["sources"]) > 0
    assert {"id", "state", "claimedH", "assessedH", "healthFailures"} <= set(report["sources"][0])


def test_the_health_report_can_be_printed(pool: EntropyPool, capsys: pytest.CaptureFixture[str]) -> None:
    pool.print_health()
    text = capsys.readouterr().out
    assert text.startswith("SOURCE ")
    assert re.search(r"^grade [A-F]: ", text, re.MULTILINE)


def test_sources_are_all_there_are(pool: EntropyPool) -> None:
    sources = {source["id"]: source for source in pool.sources}
    assert sources["clock_jitter"]["available"] is True
    assert {"title", "family", "mechanism", "claimedH"} <= set(sources["clock_jitter"])


def test_a_profile_can_be_ignored_or_required_and_a_damaged_one_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(InputError, match="no profile of this machine") as refused:
        EntropyPool.auto(timeout=59, require_calibration=True)
    assert refused.value.hints == ("'esoteric-entropy calibrate' makes one",)
    folder = tmp_path / ("Library/Application Support" if sys.platform == "darwin" else "") / "esoteric-entropy"
    folder.mkdir(parents=True)
    (folder / "profile.json").write_text("{}")
    (folder / "profile.json").chmod(0o600)
    with pytest.raises(InputError, match="cannot be used"):
        EntropyPool.auto(timeout=59)
    with EntropyPool.auto(timeout=59, uncalibrated=True) as pool:
        assert pool.status()["calibration"]["state"] == "ignored"
    with pytest.raises(ValueError, match="contradict"):
        EntropyPool.auto(uncalibrated=True, require_calibration=True)


def test_two_families_can_be_asked_for() -> None:
    with EntropyPool.auto(timeout=58, family_share=0.5) as pool:
        pool.get_random_bytes(64)
        status = pool.status()
    spent = status["ledger"]["spentBits"]
    others = spent - status["families"][0]["spentBits"]
    blocks = (status["extractedBytes"] + status["readyBytes"]) / 32
    # Of each block's 320 bits half come from others; where none could deliver in time, it took 640.
    assert (2 * others + spent) / 320 > 2 * blocks - 0.01
    for share in (0.4, 1.1, float("nan")):
        with pytest.raises(ValueError, match="family_share"):
            EntropyPool.auto(family_share=share)


def test_collecting_samples_for_so_long(pool: EntropyPool) -> None:
    before = pool.status()
    after = pool.collect_all(seconds=0.5)
    assert after["uptimeMs"] - before["uptimeMs"] >= 500
    assert after["ledger"]["creditedBits"] > before["ledger"]["creditedBits"]


def test_sources_are_chosen() -> None:
    with EntropyPool.auto(sources=["clock_jitter", "dram_row_buffer"]) as pool:
        assert {source["id"] for source in pool.health_report()["sources"]} == {"clock_jitter", "dram_row_buffer"}
    with pytest.raises(UsageError, match="clock_gitter") as raised:
        EntropyPool.auto(sources="clock_gitter")
    assert any("clock_jitter" in hint for hint in raised.value.hints)


def test_the_battery_tells_good_data_from_bad() -> None:
    with EntropyPool.auto(mode="drbg", timeout=60) as pool:
        good = run_all_tests(pool.get_random_bytes(125_000))
    bad = run_all_tests(bytes(125_000))
    assert len(good) == len(bad) > 25
    assert {"test", "kind"} <= set(good[0])
    # Data that fail everything score 0. Good data would have to fail every test for that.
    assert calculate_quality_score(bad) == 0 < calculate_quality_score(good)
    assert bad.quality["grade"] == "F"


def test_what_the_battery_cannot_take_is_refused() -> None:
    with pytest.raises(ValueError, match="1048577 bytes"):
        run_all_tests(bytes((1 << 20) + 1))
    with pytest.raises(UsageError, match="no test had a verdict"):
        calculate_quality_score(run_all_tests(b""))
    with pytest.raises(TypeError, match="run_all_tests"):
        calculate_quality_score([])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        run_all_tests("text")  # type: ignore[arg-type]


def test_random_numbers_of_the_default_pool() -> None:
    rng = EsotericRandom()
    assert len(rng.random(size=100)) == 100
    assert all(1 <= value < 7 for value in rng.integers(1, 7, size=100))


@pytest.mark.skipif(not HAS_NUMPY, reason="NumPy is not installed")
@pytest.mark.parametrize("mode", ["full", "drbg"])
def test_numpys_words_are_random(mode: str) -> None:
    import numpy as np

    from esoteric_entropy import EsotericBitGenerator
    from esoteric_entropy.native_words import NativeWords

    with EntropyPool.auto(mode=mode, timeout=60) as pool:
        generator = EsotericBitGenerator(pool)
    assert isinstance(generator._words, NativeWords)
    raw = generator.random_raw(1 << (11 if mode == "full" else 18))
    assert len(np.unique(raw)) == len(raw)
    ones = np.unpackbits(raw.view(np.uint8)).sum()
    bits = 64 * len(raw)
    assert abs(float(ones) - bits / 2) < 8 * (bits / 4) ** 0.5


def test_forked_processes_have_other_bytes() -> None:
    out = output_of(
        """
import os, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # about forking with threads
pool = EntropyPool.auto(mode="drbg", timeout=60)
pool.get_random_bytes(32)
receive, send = os.pipe()
if os.fork() == 0:
    os.write(send, pool.get_random_bytes(32))
    os._exit(0)
theirs, ours = os.read(receive, 32), pool.get_random_bytes(32)
print(os.wait()[1], len(theirs), ours != theirs)
""",
        real=True,
    )
    assert out == "0 32 True\n"


def test_the_program_ends_with_python_however_that_ends() -> None:
    script = """
import os, signal
pool = EntropyPool.auto(mode="drbg", timeout=60)
pool.get_random_bytes(32)
print(pool._supply.program.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    result = run_script(script, real=True)
    assert result.returncode == -9
    wait_until(lambda: not is_running(int(result.stdout)))


# ---- Facts that are written in two places ----


@pytest.mark.skipif(not (REPOSITORY / "package.json").is_file(), reason="not in the repository")
def test_the_version_is_the_programs() -> None:
    assert esoteric_entropy.__version__ == json.loads((REPOSITORY / "package.json").read_text())["version"]


@pytest.mark.skipif(not (REPOSITORY / "c" / "ee.h").is_file(), reason="not in the repository")
def test_the_abi_version_is_the_librarys() -> None:
    from esoteric_entropy.binary import ABI_VERSION

    assert f"#define EE_ABI_VERSION {ABI_VERSION}\n" in (REPOSITORY / "c" / "ee.h").read_text()


def test_this_installation_carries_program_and_library() -> None:
    assert binary.program_path().stat().st_mode & 0o111
    assert binary.library_path() is not None
