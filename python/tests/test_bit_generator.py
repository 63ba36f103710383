"""EsotericBitGenerator: every word comes from the stream, with the native library and without it."""

from __future__ import annotations

import copy
import ctypes
import itertools
import logging
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import output_of, run_script, words

from esoteric_entropy import EntropyPool, InsufficientEntropyError, ToolError

np = pytest.importorskip("numpy")

from esoteric_entropy import EsotericBitGenerator  # noqa: E402
from esoteric_entropy.native_words import NativeWords  # noqa: E402

MakePool = Callable[..., EntropyPool]

WAYS = ["native", "callbacks"]

#: Takes the native library away, in a process of its own.
CALLBACKS = """
import logging
logging.disable()
import esoteric_entropy.bit_generator as module
module.library_path = lambda: None
"""


@pytest.fixture(params=WAYS)
def generator(request: pytest.FixtureRequest, fake_pool: MakePool, monkeypatch: pytest.MonkeyPatch) -> EsotericBitGenerator:
    if request.param == "callbacks":
        monkeypatch.setattr("esoteric_entropy.bit_generator.library_path", lambda: None)
    return EsotericBitGenerator(fake_pool("words-" + request.param))


def in_order(numbers: list[int]) -> bool:
    return all(later > earlier for earlier, later in zip(numbers, numbers[1:]))


def gaps(numbers: list[int]) -> int:
    """Counts where words of the stream were left out. The fake program counts, so each word is the one before plus 1."""
    return sum(later != earlier + 1 for earlier, later in zip(numbers, numbers[1:]))


def gaps_allowed(generator: EsotericBitGenerator) -> int:
    """Allows one gap without the native library, where each kind of word begins with a block of its own."""
    return 0 if isinstance(generator._words, NativeWords) else 1


def test_words_are_those_of_the_stream(generator: EsotericBitGenerator, fake_pool: MakePool) -> None:
    first = generator.random_raw()
    assert first >> 40  # the process id of the program
    raw = generator.random_raw(1_000_000).tolist()
    assert in_order([first, *raw])
    assert gaps([first, *raw]) <= gaps_allowed(generator)


def test_words_of_32_bits_are_halves_of_the_streams(generator: EsotericBitGenerator) -> None:
    halves = np.random.Generator(generator).integers(0, 2**32, 200_000, dtype=np.uint32)
    joined = words(halves.tobytes())
    assert in_order(joined)
    assert gaps(joined) <= gaps_allowed(generator)


def test_doubles_are_the_words_high_53_bits(generator: EsotericBitGenerator) -> None:
    doubles = np.random.Generator(generator).random(200_000)
    numerators = (doubles * 2.0**53).astype(np.uint64)
    assert (numerators * 2.0**-53 == doubles).all()
    steps = np.diff(numerators << np.uint64(11))
    # 2^11 successive words give the same double.
    assert set(steps.tolist()) == {0, 1 << 11}
    assert (numerators[-1] - numerators[0]) << np.uint64(11) <= 200_000 + (1 << 11)


def test_numpys_generators_take_it(generator: EsotericBitGenerator) -> None:
    assert np.random.Generator(generator).normal(size=1000).shape == (1000,)
    assert np.random.RandomState(generator).randint(0, 10, 5).shape == (5,)
    assert generator.ctypes.next_uint64(generator.ctypes.state) > 0
    values = np.arange(100)
    np.random.Generator(generator).shuffle(values)
    assert sorted(values) == list(range(100))


def test_threads_get_different_words(generator: EsotericBitGenerator) -> None:
    with ThreadPoolExecutor(4) as threads:
        parts = list(threads.map(lambda _: generator.random_raw(20_000).tolist(), range(8)))
    assert len(set(itertools.chain.from_iterable(parts))) == 160_000


def test_there_is_no_state_to_save_or_repeat(generator: EsotericBitGenerator) -> None:
    refused: list[Callable[[], object]] = [
        lambda: generator.state,
        lambda: setattr(generator, "state", {}),
        lambda: generator.seed_seq,
        lambda: generator.seed(1),
        lambda: generator.jumped(),
        lambda: generator.spawn(2),
        lambda: np.random.Generator(generator).spawn(2),
    ]
    for use in refused:
        with pytest.raises(NotImplementedError, match="EsotericBitGenerator"):
            use()
    for make in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="pickled or copied"):
            make(generator)
    for make in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="pickled or copied"):
            make(np.random.Generator(generator))


def test_the_slow_way_is_said_to_be_slow(
    fake_pool: MakePool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("esoteric_entropy.bit_generator.library_path", lambda: None)
    with caplog.at_level(logging.WARNING):
        EsotericBitGenerator(fake_pool("slow"))
    assert "slow" in caplog.text


def test_handed_out_words_are_wiped(fake_pool: MakePool) -> None:
    generator = EsotericBitGenerator(fake_pool("wiped"))
    generator.random_raw(3)
    words_ = generator._words
    buffer = words_._buffer  # type: ignore[union-attr]
    assert bytes(buffer[:24]) == bytes(24)
    assert bytes(buffer[24:32]) != bytes(8)
    words_.discard()
    assert bytes(buffer) == bytes(len(buffer))


def test_it_outlives_the_pool(fake_pool: MakePool) -> None:
    with fake_pool("outlived") as pool:
        generator = EsotericBitGenerator(pool)
    assert in_order(generator.random_raw(100_000).tolist())


def test_no_words_to_begin_with_are_an_ordinary_error(fake_pool: MakePool) -> None:
    with pytest.raises(InsufficientEntropyError):
        EsotericBitGenerator(fake_pool("short-at=1:99"))
    with pytest.raises(ToolError):
        EsotericBitGenerator(fake_pool("die"))


# ---- In a process of its own ----


def script(way: str, text: str) -> str:
    return "import numpy as np\n" + (CALLBACKS if way == "callbacks" else "") + text


@pytest.mark.parametrize("way", WAYS)
def test_a_failed_refill_is_tried_again(way: str) -> None:
    out = output_of(
        script(
            way,
            """
g = EsotericBitGenerator(EntropyPool.auto(sources="short-at=8:9", mode="drbg"))
raw = g.random_raw(200_000)
print((raw > 2**40).all(), (np.diff(raw.astype(np.int64)) > 0).all())
""",
        )
    )
    assert out == "True True\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_program_that_dies_is_replaced(way: str) -> None:
    out = output_of(
        script(
            way,
            """
g = EsotericBitGenerator(EntropyPool.auto(sources="dies", mode="drbg"))
for _ in range(3):
    os.kill(g._supply.program.pid, signal.SIGKILL)
    raw = g.random_raw(300_000)
    print((raw > 2**40).all(), len(np.unique(raw)))
""",
        )
    )
    assert out == "True 300000\n" * 3


@pytest.mark.parametrize("way", WAYS)
def test_words_that_never_come_end_the_process_and_say_so(way: str) -> None:
    result = run_script(
        script(
            way,
            """
import esoteric_entropy.unfailing as unfailing
unfailing.PATIENCE_SECONDS = 1.0
g = EsotericBitGenerator(EntropyPool.auto(sources="short-at=8:999999", mode="drbg"))
print("made", flush=True)
raw = g.random_raw(10_000_000)
print("never")
""",
        )
    )
    assert result.stdout == "made\n"
    assert result.returncode == -6  # SIGABRT
    assert "fatal: no random words for numpy.random, so the process ends: not enough entropy" in result.stderr
    assert "most recent call first" in result.stderr


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_in_a_loop_is_raised_after_it(way: str) -> None:
    out = output_of(
        script(
            way,
            """
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore SIGINT
g = EsotericBitGenerator(EntropyPool.auto(sources="interrupted", mode="drbg"))
raw = None
supply = g._supply
refills = 0
read_some = supply.read_some
def interrupting(view):
    global refills
    refills += 1
    if refills == 3:
        signal.raise_signal(signal.SIGINT)
    return read_some(view)
supply.read_some = interrupting
try:
    raw = g.random_raw(400_000)
    for _ in range(600):
        time.sleep(0.1)
except KeyboardInterrupt:
    print("interrupted")
print(refills > 4)
more = g.random_raw(100_000)
print(raw is None or (np.diff(raw.astype(np.int64)) > 0).all(), (np.diff(more.astype(np.int64)) > 0).all())
""",
        )
    )
    assert out == "interrupted\nTrue\nTrue True\n"


@pytest.mark.parametrize("way", WAYS)
def test_ctrl_c_while_no_words_come_ends_the_process(way: str) -> None:
    result = run_script(
        script(
            way,
            """
g = EsotericBitGenerator(EntropyPool.auto(sources="short-at=8:999999", mode="drbg"))
signal.setitimer(signal.ITIMER_REAL, 1)
signal.signal(signal.SIGALRM, signal.default_int_handler)
g.random_raw(10_000_000)
""",
        )
    )
    assert result.returncode == -6
    assert "fatal: no random words" in result.stderr


@pytest.mark.parametrize("way", WAYS)
def test_signals_at_any_moment_make_no_word_up(way: str) -> None:
    out = output_of(
        script(
            way,
            """
class Tick(Exception):
    pass
def tick(*_):
    raise Tick
signal.signal(signal.SIGALRM, tick)
g = EsotericBitGenerator(EntropyPool.auto(sources="ticks", mode="drbg"))
parts, ticks, deadline = [], 0, time.monotonic() + 3
while time.monotonic() < deadline:
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0003 * (1 + len(parts) % 60))
        parts.append(g.random_raw(60_000))
        time.sleep(0.1)
    except Tick:
        ticks += 1
raw = np.concatenate(parts)
print(ticks > 1, (raw > 2**40).all(), (np.diff(raw.astype(np.int64)) > 0).all())
""",
        )
    )
    assert out == "True True True\n"


@pytest.mark.parametrize("way", WAYS)
def test_a_forked_process_gets_other_words(way: str) -> None:
    out = output_of(
        script(
            way,
            """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)  # about forking with threads
g = EsotericBitGenerator(EntropyPool.auto(sources="forked", mode="drbg"))
g.random_raw(10)
receive, send = os.pipe()
with g.lock:  # as if another thread held it
    child = os.fork()
    if child == 0:
        os.write(send, g.random_raw(1000).tobytes())
        os._exit(0)
theirs = np.frombuffer(os.read(receive, 8000), np.uint64)
ours = g.random_raw(1000)
print(os.waitpid(child, 0)[1], len(theirs), len(np.intersect1d(ours, theirs)), theirs.min() > 2**40)
""",
        )
    )
    assert out == "0 1000 0 True\n"


def test_a_process_forked_by_native_code_gets_other_words_within_a_kibibyte() -> None:
    out = output_of(
        """
import ctypes, warnings
import numpy as np
g = EsotericBitGenerator(EntropyPool.auto(sources="forked natively", mode="drbg"))
held = g.random_raw(10)
receive, send = os.pipe()
# A thread that has asked for the interpreter's lock when native code forks leaves the child waiting for it. So none asks.
interval = sys.getswitchinterval()
sys.setswitchinterval(1000)
time.sleep(0.1)  # for who asked already
child = ctypes.PyDLL(None).fork()  # Python's own callbacks do not run
sys.setswitchinterval(interval)
if child == 0:
    signal.alarm(60)
    os.write(send, g.random_raw(1000).tobytes())
    os._exit(0)
os.close(send)
theirs = np.frombuffer(os.read(receive, 8000), np.uint64)
ours = g.random_raw(1000)
print(os.waitpid(child, 0)[1], len(theirs), len(np.intersect1d(ours[128:], theirs)), len(np.intersect1d(ours, theirs)) <= 128)
"""
    )
    assert out == "0 1000 0 True\n"


def test_a_copy_of_the_machine_gets_other_words_within_a_kibibyte() -> None:
    out = output_of(
        """
import numpy as np
from esoteric_entropy.copies import COPIES
g = EsotericBitGenerator(EntropyPool.auto(sources="copied", mode="drbg"))
first = g.random_raw(10)
held = g._supply._pieces[-1].size  # bytes that are requested and not in the buffer
state = g._words._state
last = int(first[0]) + (state.length + held) // 8  # the fake program's words count
before = COPIES.identity
COPIES.identity = lambda: [word + (place == 4) for place, word in enumerate(before())]  # a generation of the virtual machine
state.identity[4] += 1  # and the library's own look
raw = g.random_raw(1000)
old = int((raw < last).sum())
print(old <= 128, (np.diff(raw.astype(np.int64)) > 0).all(), int(raw[-1]) > last)
"""
    )
    assert out == "True True True\n"


def test_a_generator_that_is_garbage_ends_its_program() -> None:
    out = output_of(
        """
import gc
from support import is_running, wait_until
g = EsotericBitGenerator(EntropyPool.auto(sources="collected", mode="drbg"))
g.random_raw(10)
pid = g._supply.program.pid
del g
gc.collect()
wait_until(lambda: not is_running(pid))
print("ended")
"""
    )
    assert out == "ended\n"


def test_the_state_is_laid_out_as_in_c() -> None:
    from esoteric_entropy.native_words import _State

    assert [_State.bytes.offset, _State.position.offset, _State.length.offset, _State.refill.offset] == [0, 8, 16, 24]
    assert [_State.look_at.offset, _State.identity.offset, ctypes.sizeof(_State)] == [32, 40, 96]
