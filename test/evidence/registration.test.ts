import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Schema, schemaFault } from "#kit/format/json-schema.ts";
import { makeFake, noisy } from "./fake-package.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-esv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names that a vetted conditioning component of the hash kind may have, of the protocol's table. */
const VETTED_HASHES = [
  "SHA1",
  "SHA2-224",
  "SHA2-256",
  "SHA2-384",
  "SHA2-512",
  "SHA3-224",
  "SHA3-256",
  "SHA3-384",
  "SHA3-512",
];

const BIT_COUNT = { type: "integer", minimum: 1 };

/** Written down from the public protocol, esvVersion 1.0: members, types, and those that must be there. */
const VERSION: Schema = {
  type: "object",
  properties: { esvVersion: { const: "1.0" } },
  required: ["esvVersion"],
  additionalProperties: false,
};
const ASSESSMENT: Schema = {
  type: "object",
  properties: {
    primaryNoiseSource: { type: "string", pattern: "^.{1,64}$" },
    iidClaim: { type: "boolean" },
    bitsPerSample: BIT_COUNT,
    hminEstimate: { type: "number", minimum: 0 },
    physical: { type: "boolean" },
    numberOfRestarts: BIT_COUNT,
    samplesPerRestart: BIT_COUNT,
    additionalNoiseSources: { type: "boolean" },
    numberOfOEs: BIT_COUNT,
    conditioningComponent: { type: "array", items: { $ref: "#/$defs/component" } },
  },
  required: [
    ...["primaryNoiseSource", "iidClaim", "bitsPerSample", "hminEstimate", "physical"],
    ...["numberOfRestarts", "samplesPerRestart", "additionalNoiseSources"],
  ],
  additionalProperties: false,
};
const DEFINITIONS: Readonly<Record<string, Schema>> = {
  component: {
    type: "object",
    properties: {
      sequencePosition: { const: 1 },
      vetted: { const: true },
      description: { enum: VETTED_HASHES },
      validationNumber: { type: "string" },
      minNin: BIT_COUNT,
      minHin: { type: "number", minimum: 0 },
      nw: BIT_COUNT,
      nOut: BIT_COUNT,
      hOut: { type: "number", minimum: 0 },
    },
    // bijectiveClaim is for components that are not vetted.
    required: [
      "sequencePosition",
      "vetted",
      "description",
      "validationNumber",
      "minNin",
      "minHin",
      "nw",
      "nOut",
      "hOut",
    ],
    additionalProperties: false,
  },
};

function faultOf(registration: unknown): string | undefined {
  if (!Array.isArray(registration) || registration.length !== 2) return "it is no list of two";
  return schemaFault(registration[0], VERSION, {}) ?? schemaFault(registration[1], ASSESSMENT, DEFINITIONS);
}

describe("the registration", () => {
  test("has the members of the protocol, with the source's figures", async () => {
    const long = noisy("long", 1, { title: "noise ".repeat(40), claim: 0.25, symbolBits: 4 });
    await makeFake(folder, [long]);
    const registration = JSON.parse(readFileSync(join(folder, "sources/long/esv-registration.json"), "utf8"));
    expect(faultOf(registration)).toBeUndefined();
    expect(registration[1]).toMatchObject({
      iidClaim: false,
      bitsPerSample: 4,
      hminEstimate: 0.25,
      numberOfRestarts: 3,
      samplesPerRestart: 5,
    });
    // ⌈320 / 0.25⌉ samples of 64 bits.
    expect(registration[1].conditioningComponent[0]).toMatchObject({
      minNin: 81_920,
      minHin: 320,
      nw: 256,
      nOut: 256,
    });
    // What the program cannot know must not pass for an answer.
    expect(registration[1].conditioningComponent[0].validationNumber).toBe("TO BE WRITTEN");
  });

  test("the schema finds what is missing, unknown or of another type", () => {
    expect(faultOf([{ esvVersion: "1.1" }, {}])).toBeDefined();
    expect(faultOf([{ esvVersion: "1.0" }, { primaryNoiseSource: "x" }])).toContain("missing");
  });
});
