import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { readTlsFiles } from "#kit/http/tls-files.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kit-tls-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

function read(files: { cert: string; key: string; clientCa?: string }) {
  const warnings: string[] = [];
  return { ...readTlsFiles(files, (text) => warnings.push(text)), warnings };
}

const CERT = "-----BEGIN CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\n";
const LABELS = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"];

test("a private key that others can read is warned of, wherever it stands; certificates are for all", () => {
  const cert = file("cert.pem", CERT, 0o644);
  const clientCa = file("ca.pem", CERT, 0o666);
  expect(read({ cert, key: file("key.pem", KEY, 0o600), clientCa })).toEqual({
    cert: CERT,
    key: KEY,
    clientCa: CERT,
    warnings: [],
  });
  for (const mode of [0o644, 0o640, 0o604, 0o602]) {
    const key = file("key.pem", KEY, mode);
    expect(read({ cert, key }).warnings).toEqual([`${key} can be read by other users: chmod 600 it`]);
  }
  for (const label of LABELS) {
    const both = file("both.pem", `${CERT}-----BEGIN ${label}-----\n`, 0o644);
    expect(read({ cert: both, key: both }).warnings).toHaveLength(1);
    expect(read({ cert: both, key: file("key.pem", KEY, 0o600) }).warnings).toHaveLength(1);
  }
});

// Each would be read, or waited for, without end.
test("devices, FIFOs and large files are refused at once, whichever file it is", () => {
  const fifo = join(folder, "fifo");
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  const good = file("good.pem", CERT, 0o600);
  for (const bad of [
    "/dev/zero",
    fifo,
    folder,
    join(folder, "absent"),
    file("large", "x".repeat(2 ** 20 + 1), 0o600),
  ]) {
    for (const name of ["cert", "key", "clientCa"]) {
      expect(() => read({ cert: good, key: good, [name]: bad })).toThrow(InputError);
    }
  }
});
