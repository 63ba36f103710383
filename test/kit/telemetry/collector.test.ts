import { expect, test } from "bun:test";
import { UsageError } from "#kit/errors.ts";
import { parseCollector, pushTo } from "#kit/telemetry/collector.ts";

test("an address without a path gets that of figures", () => {
  expect(parseCollector("http://127.0.0.1:4318", "--otlp")).toBe("http://127.0.0.1:4318/v1/metrics");
  expect(parseCollector("https://c.example/in?a=b", "--otlp")).toBe("https://c.example/in?a=b");
});

for (const text of [
  "",
  "c.example:4318",
  "grpc://c.example",
  "http://",
  "http://c.example/#a",
  "http://\u001b[2J",
]) {
  test(`${JSON.stringify(text)} is refused, and shown without what steers a terminal`, () => {
    let fault: unknown;
    try {
      parseCollector(text, "--otlp");
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(UsageError);
    expect((fault as UsageError).message).toContain("is not the address of a collector");
    expect((fault as UsageError).message).not.toContain("\u001b");
  });
}

test("without an address, nothing is pushed and no figure is made", async () => {
  const figures = () => {
    throw new Error("made");
  };
  const service = { name: "program", version: "1" };
  expect(await pushTo(undefined, { figures, prefix: "p_", service, say: () => {} })).toBeUndefined();
});
