from __future__ import annotations

import pytest

from esoteric_entropy import EntropyError, SourceError, ToolError, frames


def test_a_frame_is_its_length_its_kind_its_request_and_a_body() -> None:
    assert frames.encode(frames.WANT_BYTES, 7, frames.want_bytes(32, "drbg")) == bytes.fromhex("0a000000 01 07000000 20000000 01")
    assert frames.decode_header(bytes.fromhex("0a000000 01 07000000")) == (1, 7, 5)


@pytest.mark.parametrize("length", [0, 4, (1 << 21) + 1, 0xFFFF_FFFF])
def test_impossible_lengths_are_refused(length: int) -> None:
    with pytest.raises(ToolError, match="malformed"):
        frames.decode_header(length.to_bytes(4, "little") + bytes(5))


def test_errors_have_the_class_of_their_code() -> None:
    error = frames.parse_error(b'{"code": "source", "message": "m", "hints": ["h", "i"]}')
    assert type(error) is SourceError
    assert (error.code, error.message, error.hints) == ("source", "m", ("h", "i"))
    assert str(error) == "m\nhint: h\nhint: i"
    other = frames.parse_error(b'{"code": "internal", "message": "m", "hints": []}')
    assert type(other) is EntropyError
    assert other.code == "internal"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff", b'{"code": "usage", "message": "m", "hints": 1}'])
def test_errors_that_say_nothing_are_errors_too(body: bytes) -> None:
    with pytest.raises(ToolError, match="malformed"):
        frames.parse_error(body)
