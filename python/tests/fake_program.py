"""A stand-in for the program: speaks its frames, and misbehaves as its first argument says (words joined by "+").

Its bytes count in words of 64 bits, from a start that only this process has. No word is zero, and a repeated word was handed
out twice. FAKE_PROGRAM_LOG names a file that logs its requests.
"""

import json
import os
import signal
import struct
import sys
import threading

BEHAVIOUR = dict(word.partition("=")[::2] for word in sys.argv[1].split("+"))
HEADER = struct.Struct("<IBI")
UNANSWERED: set[int] = set()


def say(kind: int, request_id: int, body: bytes = b"") -> None:
    os.write(1, HEADER.pack(len(body) + 5, kind, request_id))
    for start in range(0, len(body), 65536):
        os.write(1, body[start : start + 65536])


def say_json(kind: int, request_id: int, value: object) -> None:
    say(kind, request_id, json.dumps(value).encode())


def say_error(request_id: int, code: str, message: str, hints: tuple[str, ...] = ()) -> None:
    say_json(0xFF, request_id, {"code": code, "message": message, "hints": list(hints)})


def log(*words: object) -> None:
    path = os.environ.get("FAKE_PROGRAM_LOG")
    if path:
        with open(path, "a") as file:
            print(os.getpid(), *words, file=file)


def read(count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = os.read(0, count - len(data))
        if not piece:
            return b""
        data += piece
    return data


class Stream:
    def __init__(self) -> None:
        self.next_word = (os.getpid() << 40) + 1

    def take(self, count: int) -> bytes:
        words = (count + 7) // 8
        data = struct.pack(f"<{words}Q", *range(self.next_word, self.next_word + words))
        self.next_word += words
        return data[:count]


def begin() -> None:
    if "refuse" in BEHAVIOUR:
        print('esoteric-entropy: error: unknown source "refuse"\nhint: there are others', file=sys.stderr)
        sys.exit(2)
    if "illegal" in BEHAVIOUR:
        signal.signal(signal.SIGILL, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGILL)
    if "crash" in BEHAVIOUR:
        os.abort()
    say_json(0x80, 0, {"protocol": int(BEHAVIOUR.get("protocol", 1)), "version": "0.0.0", "mode": "full"})
    if "garbage" in BEHAVIOUR:
        os.write(1, b"\xff" * 64)
    if "unasked" in BEHAVIOUR:
        say(0x81, 77, b"12345678")
    if "fatal" in BEHAVIOUR:
        say_error(0, "usage", "malformed frame: something", ("mend it",))
        sys.exit(2)


def answer_bytes(number: int, stream: Stream, request_id: int, body: bytes) -> None:
    count, mode = struct.unpack("<IB", body)
    log("bytes", count, mode)
    if number == int(BEHAVIOUR.get("die-at", -1)) or "die" in BEHAVIOUR:
        print("it was too much", file=sys.stderr)
        sys.exit(7)
    first, _, last = BEHAVIOUR.get("short-at", "-1:-1").partition(":")
    if int(first) <= number <= int(last or first):
        say_error(request_id, "insufficient-entropy", "not enough entropy", ("wait",))
    elif "silent" in BEHAVIOUR and number >= int(BEHAVIOUR["silent"] or 1):
        UNANSWERED.add(request_id)
    elif "half" in BEHAVIOUR:
        say(0x81, request_id, stream.take(count)[: count // 2])
    elif "wrong-kind" in BEHAVIOUR:
        say_json(0x82, request_id, "")
    else:
        say(0x81, request_id, stream.take(count))


def answer_call(request_id: int, body: bytes) -> None:
    call = json.loads(body)
    log("call", call["method"])
    if call["method"] == "collect" and "silent" in BEHAVIOUR:
        UNANSWERED.add(request_id)
    elif call["method"] == "sources":
        say_json(0x82, request_id, [{"id": "fake", "available": True}])
    else:
        say_json(0x82, request_id, {"method": call["method"], "params": call["params"]})


def main() -> None:
    stream = Stream()
    begin()
    number = 0
    while True:
        header = read(9)
        if not header:
            break
        length, kind, request_id = HEADER.unpack(header)
        body = read(length - 5)
        if kind == 1:
            number += 1
            answer_bytes(number, stream, request_id, body)
        elif kind == 2:
            answer_call(request_id, body)
        elif kind == 3:
            say_json(0x82, request_id, {"results": [{"n": len(body) - 1}], "quality": {"score": 50}})
        elif kind == 4:
            log("cancel")
            if request_id in UNANSWERED:
                UNANSWERED.remove(request_id)
                say_error(request_id, "cancelled", "the request was cancelled")
    log("end")
    if "stay" in BEHAVIOUR:
        threading.Event().wait()


main()
