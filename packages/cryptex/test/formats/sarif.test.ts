import { describe, expect, test } from "bun:test";
import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";
import Ajv from "ajv-draft-04";
import formats from "ajv-formats";
import fc from "fast-check";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { CALM_EVENTS, HOSTILE_BYTES, HOSTILE_EVENTS, hostileMatch } from "./hostile-events.ts";
import { written } from "./written.ts";

/** The schema that the committee published with the standard (rtm.5), as its package for tests carries it. */
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }); // one of its patterns has a stray bracket
formats(ajv);
const validate = ajv.compile(schema);

interface Region {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly snippet: { readonly text?: string; readonly binary?: string };
}
interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string; readonly index?: number };
    readonly region: Region;
  };
}
interface Run {
  readonly results: readonly {
    readonly ruleId: string;
    readonly ruleIndex: number;
    readonly level: string;
    readonly message: { readonly text: string };
    readonly locations: readonly [Location];
    readonly relatedLocations: readonly Location[];
    readonly partialFingerprints: { readonly primaryLocationLineHash: string };
  }[];
  readonly artifacts: readonly {
    readonly location: { readonly uri: string };
    readonly hashes: Record<string, string>;
  }[];
  readonly invocations: readonly [
    {
      readonly executionSuccessful: boolean;
      readonly toolExecutionNotifications: readonly {
        readonly level: string;
        readonly descriptor: { readonly id: string };
      }[];
    },
  ];
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
}

function run(events: readonly ScanEvent[]): Run {
  const log = JSON.parse(written("sarif", events).out);
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  return log.runs[0];
}

/** Decodes a URI as a reader does: the bytes that it stands for. */
function bytesOfUri(uri: string): Buffer {
  const latin1 = uri.replace(/%([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin1, "latin1");
}

describe("SARIF", () => {
  test("fits the schema for hostile, calm, cut and empty scans", () => {
    for (const events of [HOSTILE_EVENTS, CALM_EVENTS, HOSTILE_EVENTS.slice(0, 6), []]) run(events);
  });

  test("the schema would refuse a wrong log", () => {
    const log = JSON.parse(written("sarif", HOSTILE_EVENTS).out);
    log.runs[0].results[0].level = "high";
    expect(validate(log)).toBe(false);
  });

  test("results refer to their rules and files, each of which is there once", () => {
    const { results, artifacts, tool } = run(HOSTILE_EVENTS);
    const matches = HOSTILE_EVENTS.filter((event) => event.type === "match");
    expect(results).toHaveLength(matches.length);
    expect(tool.driver.rules.map(({ id }) => id)).toEqual(["sub/=other.yar:plain", "hostile"]);
    // Members of an archive may have one name, and not one content.
    expect(new Set(artifacts.map((artifact) => JSON.stringify(artifact))).size).toBe(artifacts.length);
    for (const [i, result] of results.entries()) {
      const { artifactLocation } = result.locations[0].physicalLocation;
      expect(tool.driver.rules[result.ruleIndex]!.id).toBe(result.ruleId);
      expect(artifacts[artifactLocation.index!]!.location.uri).toBe(artifactLocation.uri);
      expect(artifacts[artifactLocation.index!]!.hashes["sha-256"]).toBeDefined();
      expect(result.relatedLocations).toHaveLength(matches[i]!.strings.length);
    }
    expect(results.map(({ level }) => level)).toEqual(["warning", "error", "warning", "error", "warning"]);
  });

  test("regions give the very bytes of the file, as text or in base64", () => {
    for (const { ruleId, relatedLocations } of run(HOSTILE_EVENTS).results) {
      if (ruleId !== "hostile") continue;
      for (const { physicalLocation } of relatedLocations) {
        const { byteOffset, byteLength, snippet } = physicalLocation.region;
        const bytes =
          snippet.text === undefined ? Buffer.from(snippet.binary!, "base64") : Buffer.from(snippet.text);
        expect(bytes).toEqual(Buffer.from(HOSTILE_BYTES.subarray(byteOffset, byteOffset + byteLength)));
      }
    }
  });

  test("a result has what code scanning asks for: one location with a relative URI and a line, and a fingerprint of its own", () => {
    const { results } = run(HOSTILE_EVENTS);
    for (const { locations, message } of results) {
      expect(locations).toHaveLength(1);
      expect(locations[0].physicalLocation.region).toEqual({ startLine: 1 } as never);
      expect(locations[0].physicalLocation.artifactLocation.uri).not.toMatch(/^\/|^[a-z]+:/);
      expect(message.text).not.toBe("");
    }
    const prints = results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    expect(new Set(prints).size).toBe(results.length);
    expect(run(HOSTILE_EVENTS).results.map((one) => one.partialFingerprints.primaryLocationLineHash)).toEqual(
      prints,
    );
  });

  test("what was not evaluated makes the run unsuccessful and is told one by one", () => {
    const [{ executionSuccessful, toolExecutionNotifications }] = run(HOSTILE_EVENTS).invocations;
    expect(executionSuccessful).toBe(false);
    const counts = Object.groupBy(
      toolExecutionNotifications,
      ({ descriptor, level }) => `${descriptor.id} ${level}`,
    );
    expect(Object.fromEntries(Object.entries(counts).map(([key, list]) => [key, list!.length]))).toEqual({
      "quarantine error": 3,
      "quarantine note": 1,
      "log note": 1,
      "note note": 1,
      "error error": 2,
      "skip note": 3,
      "clean none": 1,
    });
    expect(run(CALM_EVENTS).invocations[0].executionSuccessful).toBe(true);
    expect(run(CALM_EVENTS.slice(0, 1)).invocations[0].executionSuccessful).toBe(false);
  });

  test("a URI stands for the exact bytes of any name, and is one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        fc.pre(bytes[0] !== 0x2f && !/^[A-Za-z]:[\\/]/.test(Buffer.from(bytes).toString("latin1")));
        const where = {
          path: Buffer.from(bytes).toString(),
          path_bytes: Buffer.from(bytes).toString("base64"),
        };
        const { uri } = run([hostileMatch(where)]).results[0]!.locations[0].physicalLocation.artifactLocation;
        expect(bytesOfUri(uri)).toEqual(Buffer.from(bytes));
        expect(uri).toMatch(/^[A-Za-z0-9\-._~/!%]+$/);
      }),
      { numRuns: 50 },
    );
  });

  test("absolute paths are file URIs, with and without a drive", () => {
    const uriOf = (path: string) =>
      run([hostileMatch({ path })]).results[0]!.locations[0].physicalLocation.artifactLocation.uri;
    expect(uriOf("/usr/bin/a b")).toBe("file:///usr/bin/a%20b");
    expect(uriOf("C:\\Temp\\a b.exe")).toBe("file:///C:/Temp/a%20b.exe");
    expect(uriOf("a:b/c")).toBe("a%3Ab/c");
  });

  test("hostile names make neither links nor placeholders of a message", () => {
    const [result] = run([hostileMatch({ path: "[x](http://e.com) {0}" })]).results;
    expect(result!.message.text).toBe("The YARA rule hostile matches \\[x\\](http://e.com) {{0}}.");
  });
});
