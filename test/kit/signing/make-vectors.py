#!/usr/bin/env python3
"""Writes test/vectors/signing.json: what kit/signing has to read and to write, computed without it.

Run by hand, with the package `cryptography` 48.0.0 on OpenSSL 4.0.0, whose Ed25519 and ML-DSA-65 these are:

    python3 test/kit/signing/make-vectors.py > test/vectors/signing.json

Everything else here is written after packages/cryptex/docs/SIGNING.md. ML-DSA signatures have fresh randomness in them, so a second
run gives other ones; all else is the same.
"""

import base64
import hashlib
import json

from cryptography.hazmat.backends.openssl import backend
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt


def b64(data):
    return base64.b64encode(data).decode()


def canonical(value):
    """RFC 8785, for values whose keys are ASCII and whose numbers are integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Key:
    def __init__(self, label):
        self.seeds = hashlib.sha512(label.encode()).digest()
        self.ed25519 = Ed25519PrivateKey.from_private_bytes(self.seeds[:32])
        self.ml_dsa_65 = MLDSA65PrivateKey.from_seed_bytes(self.seeds[32:])
        self.public = self.ed25519.public_key().public_bytes_raw() + self.ml_dsa_65.public_key().public_bytes_raw()
        self.id = hashlib.sha256(b"twin-key/1\n" + self.public).hexdigest()

    def line(self, name):
        return f"twin-key/1 {b64(self.public)} {name}"

    def sign(self, kind, time, **members):
        text = f"twin-signature/1\n{canonical({**members, 'type': kind, 'key': self.id, 'time': time})}\n"
        message = text.encode()
        return (
            text
            + f"ed25519 {b64(self.ed25519.sign(message))}\n"
            + f"ml-dsa-65 {b64(self.ml_dsa_65.sign(message))}\n"
        )


def derive(material):
    return HKDF(hashes.SHA512(), 64, b"", b"twin-key/1 seeds").derive(material).hex()


def entry(path, content):
    return {
        "path": path,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha3_256": hashlib.sha3_256(content).hexdigest(),
    }


def vectors():
    first, second = Key("first"), Key("second")
    files = {"a.txt": "hello\n", "b/\u00e9\u6f22\U0001f600.bin": "\u0000\u00ff", "b/quote\"tab\tbell\u0007.txt": "", "c": "x" * 1000}
    # By UTF-16 code units, as RFC 8785 orders keys.
    order = sorted(files, key=lambda path: path.encode("utf-16-be"))
    entries = [entry(path, files[path].encode()) for path in order]
    rotation = first.sign("rotation", "2026-03-01T00:00:00Z", new=b64(second.public))
    yield "source", f"test/kit/signing/make-vectors.py, with the Python package cryptography on {backend.openssl_version_text()}"
    yield "canonical", [
        {"value": value, "text": canonical(value)}
        for value in (
            {"b": 1, "a": [True, False, None, -7, 9007199254740991], "": {}},
            {"text": "\u0000\u0008\t\n\u000c\r\u001f\"\\/\u007f\u0080\u2028\u20ac\U0001f600"},
        )
    ]
    yield "keys", [
        {"seeds": key.seeds.hex(), "public": b64(key.public), "id": key.id, "line": key.line(name)}
        for key, name in ((first, "first"), (second, "second"))
    ]
    yield "files", files
    yield "signature", first.sign("files", "2026-02-01T12:00:00Z", purpose="artifact", files=entries)
    yield "rotated", second.sign("files", "2026-04-01T12:00:00Z", purpose="artifact", files=entries) + rotation
    yield "lineage", first.line("first") + "\n" + rotation + second.sign(
        "revocation", "2026-05-01T00:00:00Z", revoked=first.id, since="2026-02-15T00:00:00Z", reason="lost"
    )
    lines = ['{"created":"2026-02-01T12:00:00Z","id":"5f0c1c3c-6a8e-4b8e-9c59-0a5d8f6c1a11","type":"chained-log/1"}']
    for number in (1, 2, 3):
        prev = hashlib.sha256(lines[-1].encode()).hexdigest()
        lines.append(canonical({"prev": prev, "seq": number, "time": "2026-02-01T12:00:00Z", "who": f"user {number}"}))
    head = hashlib.sha256(lines[-1].encode()).hexdigest()
    yield "log", "\n".join(lines) + "\n"
    yield "head", first.sign(
        "log-head", "2026-02-01T12:00:00Z", log="5f0c1c3c-6a8e-4b8e-9c59-0a5d8f6c1a11", records=3, hash=head
    )
    own, more = bytes(range(64)), bytes(range(200, 232))
    yield "seeds", {"own": own.hex(), "more": more.hex(), "alone": derive(own), "mixed": derive(own + more)}
    passphrase, salt, nonce = "corre\u0301ct \u2460 horse", bytes(range(16)), bytes(range(12))
    header = {
        "cipher": "aes-256-gcm", "kdf": "scrypt", "n": 2**15, "nonce": b64(nonce), "p": 1, "r": 8, "salt": b64(salt),
        "type": "twin-secret-protected/1",
    }
    # In normal form KC the accent joins its letter, and the digit leaves its circle.
    words = "corr\u00e9ct 1 horse"
    key = Scrypt(salt, 32, 2**15, 8, 1).derive(words.encode())
    data = AESGCM(key).encrypt(nonce, first.seeds, canonical(header).encode())
    yield "protected", {"passphrase": passphrase, "text": canonical({**header, "data": b64(data)}) + "\n"}


print(json.dumps(dict(vectors()), indent=1, ensure_ascii=False))
