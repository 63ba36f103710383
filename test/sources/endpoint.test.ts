import { expect, test } from "bun:test";
import {
  ENDPOINT_WORDS,
  nameServers,
  parseEndpoint,
  showEndpoint,
  writeEndpoint,
} from "../../src/sources/acquire/network/endpoint.ts";

test("addresses and names, with and without a port", () => {
  const cases: [text: string, host: string, port: number][] = [
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:5353", "192.0.2.1", 5353],
    ["2001:db8::1", "2001:db8::1", 53],
    ["[2001:db8::1]", "2001:db8::1", 53],
    ["[2001:db8::1]:65535", "2001:db8::1", 65535],
    ["[fe80::1%eth0]:53", "fe80::1%eth0", 53],
    ["::1", "::1", 53],
    [" example.test:443 ", "example.test", 443],
  ];
  for (const [text, host, port] of cases) {
    expect(parseEndpoint(text, 53)).toEqual({ host, port });
    expect(parseEndpoint(showEndpoint({ host, port }))).toEqual({ host, port });
  }
});

test("what is none", () => {
  for (const text of [
    "",
    ":53",
    "a:b",
    "a:0",
    "a:65536",
    "a:1:2",
    "[a]:1",
    "[::1",
    "::1]",
    "[192.0.2.1]:1",
    "a b:1",
    "http://a:1",
    "a:999999",
  ])
    expect(parseEndpoint(text, 53), text).toBeUndefined();
});

test("without a usual port one has to be named", () => {
  expect(parseEndpoint("example.test")).toBeUndefined();
  expect(parseEndpoint("::1")).toBeUndefined();
  expect(parseEndpoint("[::1]:1")).toEqual({ host: "::1", port: 1 });
});

test("name servers of resolv.conf", () => {
  const text = `# macOS Notice\nsearch example.test\nnameserver 192.0.2.1\n  nameserver\t2001:db8::1 \n#nameserver 192.0.2.2
options edns0\nnameserver fe80::1%en0\nnameserver nonsense\nnameserver`;
  expect(nameServers(text)).toEqual(["192.0.2.1", "2001:db8::1", "fe80::1%en0"]);
  expect(nameServers("")).toEqual([]);
});

test("words for the native library: the port, the text, a null byte", () => {
  const words = new BigUint64Array(ENDPOINT_WORDS + 1).fill(2n ** 64n - 1n);
  writeEndpoint(words, { host: "192.0.2.1", port: 53 });
  expect(words[0]).toBe(53n);
  expect(Buffer.from(words.buffer).toString("latin1", 8, 18)).toBe("192.0.2.1\0");
  expect(words[ENDPOINT_WORDS]).toBe(2n ** 64n - 1n);
  expect(() => writeEndpoint(words, { host: "x".repeat(200), port: 1 })).toThrow(RangeError);
});
