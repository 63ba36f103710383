import { describe, expect, test } from "bun:test";
import { parseOptions } from "#kit/term/flags.ts";
import { seedFetch } from "../../src/commands/seed-fetch.ts";

function parsed(...args: readonly string[]) {
  return () => parseOptions(seedFetch, ["--identity", "id", "--pin", "a.pub", ...args]);
}

describe("seed fetch", () => {
  for (const [args, message] of [
    [[], "missing argument <servers>"],
    [["entropy-1"], "'entropy-1' is no address of a server"],
    [["ftp://entropy-1"], "is no address of a server"],
    [["http://name:word@entropy-1"], "is no address of a server"],
    [["http://a", "--need", "2"], "--need: 2 of 1 servers"],
    [["http://a", "http://b", "--need", "2"], "--need: 2 servers, and 1 of them are pinned"],
    [["http://a", "--token-file", "t"], "http://a would be sent the token in the clear"],
    [["http://127.0.0.1.example", "--token-file", "t"], "in the clear"],
    [["https://a", "http://b", "--token-file", "t"], "http://b would be sent the token in the clear"],
  ] as const) {
    test(`refuses ${JSON.stringify(args)}`, () => expect(parsed(...args)).toThrow(message));
  }

  test("takes a token over TLS, and on this machine", () => {
    for (const server of ["https://a", "http://127.0.0.1:8042", "http://[::1]:8042", "http://localhost"])
      expect(parsed(server, "--token-file", "t")().tokenFile).toBe("t");
  });
});
