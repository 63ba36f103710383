/** Which addresses a trigger may have, and which addresses of the network are asked. */
import { describe, expect, test } from "bun:test";
import { ServiceError } from "../../../src/gateway/service-error.ts";
import { kindOfAddress } from "../../../src/gateway/triggers/addresses.ts";
import { openTargets } from "../../../src/gateway/triggers/targets.ts";

function answer(to: readonly string[], url: string, isPrivate = false): string {
  try {
    return openTargets({ to, isPrivate }).check(url).href;
  } catch (error) {
    if (error instanceof ServiceError) return `${error.kind}: ${error.message.slice(0, 40)}`;
    throw error;
  }
}

const NOT_LISTED = "invalid: url: this address is not allowed; whoever st";

describe("the list", () => {
  test("without one nothing is allowed, and the message says which flag allows it", () => {
    expect(() => openTargets({ to: [], isPrivate: true }).check("https://example.org/")).toThrow(
      "--trigger-to",
    );
  });

  test("origin and path are compared part by part", () => {
    const to = ["https://good.example/hooks", "http://plain.example:8080/"];
    for (const url of [
      "https://good.example/hooks",
      "https://good.example/hooks/",
      "https://good.example/hooks/a/b?x=1",
      "https://GOOD.example:443/hooks/a",
      "https://good.example/x/../hooks/a",
      "http://plain.example:8080/any",
    ])
      expect(answer(to, url), url).not.toStartWith("invalid");
    for (const url of [
      "https://good.example/hooks-evil",
      "https://good.example/Hooks",
      "https://good.example/",
      "https://good.example/hooks/../admin",
      "https://good.example/hooks/%2e%2e/admin",
      "https://good.example/hooks/.%2E/admin",
      "https://good.example/hooks\\..\\admin",
      "https://good.example.evil.org/hooks",
      "https://evil.org/https://good.example/hooks",
      "https://good.example:8443/hooks",
      "http://good.example/hooks",
      "https://sub.good.example/hooks",
      "http://plain.example/any",
    ])
      expect(answer(to, url), url).toStartWith(NOT_LISTED.slice(0, 40));
  });

  test("what programs read in different ways is refused, listed or not", () => {
    const to = ["https://good.example/"];
    const said: Readonly<Record<string, string>> = {
      "https://good.example@evil.org/": "a name or a password",
      "https://user:pass@good.example/": "a name or a password",
      "https://@good.example/": "a name or a password",
      "https://good.example./": "the name of the host ends with a dot",
      "https://good.example/#x": "a fragment",
      "https://good.example/a/..%2f..%2fadmin": "slashes, NUL and dots",
      "https://good.example/a%5Cb": "slashes, NUL and dots",
      "https://good.example/a%00b": "slashes, NUL and dots",
      "https://good.example/a/%252e%252e/b": "slashes, NUL and dots",
      "https://good.example/a/%25252Fb": "slashes, NUL and dots",
      "https://good.example/a/..;/b": "slashes, NUL and dots",
      "https://good.example/a/.;x=1/b": "slashes, NUL and dots",
      "ftp://good.example/": "only https and http",
      "javascript:alert(1)": "only https and http",
      "good.example/x": "this is no address",
      "https://[fe80::1%25eth0]/": "this is no address",
      "": "this is no address",
    };
    for (const [url, words] of Object.entries(said))
      expect(answer(to, url), url).toContain(words.slice(0, 20));
    expect(answer(to, "https://good.example/a?back=https://x@y/")).toBe(
      "https://good.example/a?back=https://x@y/",
    );
  });

  test("prefixes that are none stop the start", () => {
    for (const text of [
      "x",
      "https://a.example/?q",
      "https://u@a.example/",
      "https://a.example./",
      "ftp://a.example",
    ])
      expect(() => openTargets({ to: [text], isPrivate: false }), text).toThrow("--trigger-to");
  });
});

describe("literal addresses", () => {
  const everything = (host: string) => [`http://${host}/`];

  test("of this machine and of private networks, in any form, need --trigger-private", () => {
    for (const host of [
      ...["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1:8080", "10.0.0.1"],
      ...[
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "[::1]",
        "[fd00::1]",
        "localhost",
        "a.localhost",
        "１２７.0.0.1",
      ],
    ]) {
      expect(
        () => openTargets({ to: everything(host), isPrivate: false }).check(`http://${host}/`),
        host,
      ).toThrow("--trigger-private");
      expect(answer(everything(host), `http://${host}/`, true), host).toStartWith("http://");
    }
  });

  test("that are for special purposes are never asked", () => {
    for (const host of [
      ...["0.0.0.0", "0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"],
      ...["[::]", "[fe80::1]", "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[64:ff9b::7f00:1]"],
      ...["[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:db8::1]", "[::127.0.0.1]"],
    ])
      expect(answer(everything(host), `http://${host}/`, true), host).toContain(
        "none that may be asked".slice(0, 12),
      );
  });
});

test("addresses of the network, by IANA's registries of special purposes", () => {
  const of = (kind: string, addresses: readonly string[]) => {
    for (const address of addresses)
      expect([address, kindOfAddress(address)]).toEqual([address, kind as never]);
  };
  of("public", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1"]);
  of("private", [
    "127.0.0.1",
    "127.255.255.255",
    "10.255.0.1",
    "172.31.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "fdff::1",
  ]);
  of("special", [
    ...[
      "0.0.0.0",
      "0.1.2.3",
      "169.254.1.1",
      "192.0.0.8",
      "192.0.2.1",
      "192.88.99.1",
      "198.18.0.1",
      "198.51.100.1",
    ],
    ...["203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
    ...[
      "::",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "::ffff:7f00:1",
      "::127.0.0.1",
      "64:ff9b::7f00:1",
      "64:ff9b:1::1",
    ],
    ...["100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1"],
    ...["fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1", "nonsense", "", "127.0.0.1 "],
  ]);
});
