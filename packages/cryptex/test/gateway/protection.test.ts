/** From flags to who may reach the gateway, and who may do what. */
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { InputError, UsageError } from "#kit/errors.ts";
import { parseOrigin, parseToken } from "../../src/commands/serve-values.ts";
import { type ProtectionSettings, protectionOf } from "../../src/gateway/protection.ts";
import { WorkFolder } from "../support/program.ts";

const SETTINGS: ProtectionSettings = {
  address: { hostname: "127.0.0.1", port: 0 },
  tokens: [],
  pqc: false,
  insecure: false,
  origins: [],
};

function protect(settings: Partial<ProtectionSettings>) {
  const warnings: string[] = [];
  return { ...protectionOf({ ...SETTINGS, ...settings }, (text) => warnings.push(text)), warnings };
}

function faultOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError || error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

function tokenFiles(): WorkFolder {
  const folder = new WorkFolder({
    "a.token": "first-0123456789abcdef\n",
    "b.token": "second-0123456789abcdef\n",
    "c.token": "first-0123456789abcdef",
    "sub/a.key": "third-0123456789abcdef",
    "short.token": "short",
    "cert.pem": "certificate",
    "key.pem": "key",
  });
  for (const name of ["a.token", "b.token", "c.token", "sub/a.key"]) chmodSync(folder.at(name), 0o600);
  return folder;
}

describe("addresses", () => {
  test("of this machine need no token, and answer to its names alone", () => {
    for (const hostname of ["127.0.0.1", "::1", "localhost"]) {
      const { access, warnings } = protect({ address: { hostname, port: 0 } });
      expect([access.hosts, access.tokens, warnings]).toEqual(["loopback", undefined, []]);
    }
    const socket = protect({ address: { unix: "/tmp/x.sock" } });
    expect([socket.access.hosts, socket.access.tokens]).toEqual(["any", undefined]);
  });

  const address = { hostname: "0.0.0.0", port: 0 };

  test("of others need tokens and TLS", () => {
    using folder = tokenFiles();
    const tokens = [{ scopes: ["read" as const], file: folder.at("a.token") }];
    const tls = { cert: folder.at("cert.pem"), key: folder.at("key.pem") };
    expect(faultOf(() => protect({ address }))).toContain(
      "without a token, whoever reaches it could scan files",
    );
    expect(faultOf(() => protect({ address, tokens }))).toContain(
      "without TLS, tokens and results could be read",
    );
    expect(faultOf(() => protect({ address, tls }))).toContain("without a token");
    const both = protect({ address, tokens, tls });
    expect([both.access.hosts, both.warnings, both.tls?.only13, both.tls?.keyExchangeGroups]).toEqual([
      "any",
      [],
      true,
      undefined,
    ]);
    const insecure = protect({ address, insecure: true });
    expect([insecure.access.hosts, insecure.warnings.length]).toEqual(["any", 2]);
  });

  test("--pqc require: one key exchange", () => {
    using folder = tokenFiles();
    const tls = { cert: folder.at("cert.pem"), key: folder.at("key.pem") };
    expect(protect({ tls, pqc: true }).tls?.keyExchangeGroups).toEqual(["X25519MLKEM768"]);
  });
});

describe("tokens", () => {
  test("are called as their files are, and have the scopes that are given", () => {
    using folder = tokenFiles();
    const { access, warnings } = protect({
      tokens: [
        parseToken(`scan,read=${folder.at("a.token")}`, "--token"),
        parseToken(`write=${folder.at("b.token")}`, "--token"),
      ],
    });
    expect(access.tokens?.tokens.map(({ name, token, scopes }) => [name, token, [...scopes!]])).toEqual([
      ["a", "first-0123456789abcdef", ["read", "scan"]],
      ["b", "second-0123456789abcdef", ["write"]],
    ]);
    expect(warnings).toEqual([]);
  });

  test("that others can read are warned of", () => {
    using folder = tokenFiles();
    chmodSync(folder.at("a.token"), 0o644);
    const file = folder.at("a.token");
    expect(protect({ tokens: [{ scopes: ["read"], file }] }).warnings).toEqual([
      `${file} can be read by other users: chmod 600 it`,
    ]);
  });

  test("that cannot be told apart, or are none, are refused", () => {
    using folder = tokenFiles();
    const tokens = (...names: string[]) => ({
      tokens: names.map((name) => ({ scopes: ["read" as const], file: folder.at(name) })),
    });
    expect(faultOf(() => protect(tokens("a.token", "sub/a.key")))).toBe("two tokens are called a");
    expect(faultOf(() => protect(tokens("a.token", "c.token")))).toContain(
      "holds the same token as another file",
    );
    expect(faultOf(() => protect(tokens("short.token")))).toContain("a token has at least 16 characters");
    expect(faultOf(() => protect(tokens("gone.token")))).toContain("cannot read");
  });

  for (const text of [
    "",
    "read",
    "=file",
    "read=",
    "admin=file",
    "read,read=file",
    "read,=file",
    "READ=file",
  ]) {
    test(`--token ${text} is refused`, () => {
      expect(faultOf(() => parseToken(text, "--token"))).toContain("is not like read,scan=FILE");
    });
  }
});

test("origins are whole, and of web sites", () => {
  expect(parseOrigin("https://a.example:8443", "--origin")).toBe("https://a.example:8443");
  for (const text of ["*", "a.example", "https://a.example/", "https://a.example/x", "null", ""])
    expect(faultOf(() => parseOrigin(text, "--origin"))).toContain("is not an origin");
});
