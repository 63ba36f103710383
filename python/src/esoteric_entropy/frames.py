"""The frames that this package and the program exchange over a pipe, version 1. Internal: both ends are released together.

u32 LE length of the rest, 5 to 2^21 | u8 kind | u32 LE request id | body
"""

from __future__ import annotations

import json
import struct
from typing import Any, Final, NamedTuple

from .errors import EntropyError, ToolError, error_of

PROTOCOL_VERSION: Final = 1

# Frames of the client.
WANT_BYTES: Final = 1
CALL: Final = 2
TEST: Final = 3
CANCEL: Final = 4

# Frames of the program. Request id 0 marks those that answer no request.
HELLO: Final = 0x80
BYTES: Final = 0x81
JSON: Final = 0x82
EVENT: Final = 0x90
ERROR: Final = 0xFF

#: Numbers of the modes in a WANT_BYTES frame.
MODES: Final = ("full", "drbg")

#: Most bytes that one frame requests, delivers or brings for testing.
MAX_BYTES: Final = 1 << 20

#: Requests under way at once. The program allows 64, and counts a cancelled one until its work has ended.
MAX_REQUESTS: Final = 32

_HEADER = struct.Struct("<IBI")
HEADER_BYTES: Final = _HEADER.size
_KIND_AND_ID_BYTES: Final = 5
_MAX_LENGTH: Final = 1 << 21
_WANT = struct.Struct("<IB")


class Header(NamedTuple):
    kind: int
    id: int
    body_bytes: int


def encode(kind: int, request_id: int, body: bytes = b"") -> bytes:
    return _HEADER.pack(_KIND_AND_ID_BYTES + len(body), kind, request_id) + body


def decode_header(data: bytes | memoryview) -> Header:
    """Raises ToolError for an impossible length."""
    length, kind, request_id = _HEADER.unpack(data)
    if not _KIND_AND_ID_BYTES <= length <= _MAX_LENGTH:
        raise ToolError(f"the program sent a malformed frame: a length of {length} bytes")
    return Header(kind, request_id, length - _KIND_AND_ID_BYTES)


def want_bytes(count: int, mode: str) -> bytes:
    return _WANT.pack(count, MODES.index(mode))


def call(method: str, params: dict[str, Any]) -> bytes:
    return json.dumps({"method": method, "params": params}).encode()


def parse_json(body: bytes | bytearray) -> Any:
    """Raises ToolError unless it is UTF-8 JSON."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise ToolError(f"the program sent a malformed frame: not JSON: {error}") from error


def parse_error(body: bytes | bytearray) -> EntropyError:
    """Makes the error that an ERROR frame describes. Raises ToolError if it describes none."""
    fields = parse_json(body)
    try:
        return error_of(str(fields["code"]), str(fields["message"]), [str(hint) for hint in fields["hints"]])
    except (KeyError, TypeError) as error:
        raise ToolError("the program sent a malformed frame: an error without code, message and hints") from error
