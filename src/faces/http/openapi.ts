/** `GET /openapi.json`: the API as OpenAPI 3.1. Written by hand; a test compares it with the routes and their limits. */
import {
  type Answer,
  answerOf,
  arrayOf,
  getOf,
  INTEGER,
  jsonAnswer,
  NUMBER,
  objectOf,
  type Parameter,
  type Schema,
  TEXT,
} from "#kit/http/openapi.ts";
import { MOST_QUESTION_BYTES } from "../../seed/answer.ts";
import { VERSION } from "../../version.ts";
import { ANU_TYPES } from "./anu.ts";
import { MAX_BLOCK_BYTES, MAX_ELEMENTS } from "./element-array.ts";
import { MAX_NUMBERS, MAX_UNITS, NUMBER_TYPES } from "./quantum-numbers.ts";
import { MAX_REQUEST_BYTES } from "./random-answer.ts";

type Answers = Readonly<Record<string, Answer>>;

/** @param reason names the field that says why */
function errorBody(reason: string): Schema {
  return objectOf({ success: { const: false }, [reason]: TEXT }, ["success", reason]);
}

/** Refusals that any endpoint may answer with. */
function refusals(body: Schema): Answers {
  return {
    "400": jsonAnswer("A parameter is missing, wrong, unknown or given twice", body),
    "401": jsonAnswer("The server wants a token", body),
    "403": jsonAnswer("Bound to loopback, and the request names another host", body),
    "413": jsonAnswer("A body that is too large; of GET none is taken", body),
  };
}

function entropyRefusals(body: Schema): Answers {
  const later = jsonAnswer("Not enough entropy in time, or too many requests", body);
  const headers = { "Retry-After": { description: "Seconds", schema: { ...INTEGER, minimum: 1 } } };
  return { ...refusals(body), "503": { ...later, headers } };
}

const REFUSALS = refusals(errorBody("error"));
const ENTROPY_REFUSALS = entropyRefusals(errorBody("error"));

const OCTETS = answerOf("Random bytes", "application/octet-stream", { type: "string", format: "binary" });

const ANU_TYPE: Schema = { enum: ANU_TYPES };

const ANU_PARAMETERS: readonly Parameter[] = [
  {
    name: "length",
    required: true,
    description: "Elements of the array",
    schema: { ...INTEGER, minimum: 1, maximum: MAX_ELEMENTS },
  },
  { name: "type", required: true, schema: ANU_TYPE },
  {
    name: "size",
    description: `hex16: bytes in a block. length × size is at most ${MAX_REQUEST_BYTES}`,
    schema: { ...INTEGER, minimum: 1, maximum: MAX_BLOCK_BYTES, default: 1 },
  },
];

const ELEMENTS: Schema = {
  oneOf: [
    arrayOf({ ...INTEGER, minimum: 0, maximum: 65_535 }),
    arrayOf({ ...TEXT, pattern: "^([0-9a-f]{2})+$" }),
  ],
};

const ANU_ANSWER = jsonAnswer(
  "An array of random elements",
  objectOf(
    {
      type: ANU_TYPE,
      length: INTEGER,
      size: { ...INTEGER, description: "hex16 only" },
      data: ELEMENTS,
      success: { const: true },
    },
    ["type", "length", "data", "success"],
  ),
);

const NUMBER_TYPE: Schema = { enum: NUMBER_TYPES };

const NUMBERS: object = getOf({
  operationId: "quantumNumbers",
  summary: "An array of random elements, as ANU Quantum Numbers answers; without length and type, the page",
  tags: ["random"],
  parameters: [
    {
      name: "length",
      required: true,
      description: "Elements of the array",
      schema: { ...INTEGER, minimum: 1, maximum: MAX_NUMBERS },
    },
    { name: "type", required: true, schema: NUMBER_TYPE },
    {
      name: "size",
      description: "Units of a block: two digits each with hex8, four with hex16",
      schema: { ...INTEGER, minimum: 1, maximum: MAX_UNITS, default: 1 },
    },
  ],
  responses: {
    "200": jsonAnswer(
      "An array of random elements",
      objectOf(
        {
          success: { const: true },
          type: NUMBER_TYPE,
          length: { ...TEXT, description: "Elements, in digits" },
          data: ELEMENTS,
        },
        ["success", "type", "length", "data"],
      ),
    ),
    ...entropyRefusals(errorBody("message")),
  },
});

function randomOperation(
  operationId: string,
  summary: string,
  responses: Answers,
  parameters?: readonly Parameter[],
): object {
  return getOf({ operationId, summary, tags: ["random"], responses, ...(parameters ? { parameters } : {}) });
}

function anuOperation(operationId: string, summary: string): object {
  return randomOperation(operationId, summary, { "200": ANU_ANSWER, ...ENTROPY_REFUSALS }, ANU_PARAMETERS);
}

function jsonOperation(operationId: string, summary: string, schema: Schema, others: Answers = {}): object {
  const responses = { "200": jsonAnswer(summary, schema), ...REFUSALS, ...others };
  return getOf({ operationId, summary, tags: ["status"], responses });
}

const HEX_32: Schema = { ...TEXT, pattern: "^[0-9a-f]{64}$" };

const SEED = {
  post: {
    operationId: "seed",
    summary: "A seed for a machine with little entropy of its own, sealed to it and signed",
    tags: ["random"],
    requestBody: {
      required: true,
      content: {
        "application/json": {
          schema: {
            ...objectOf(
              {
                recipient: {
                  ...TEXT,
                  pattern: "^age1pq1[02-9ac-hj-np-z]{1952}$",
                  description: "Hybrid recipient of age",
                },
                request: { ...HEX_32, description: "A number never used before; the answer has it" },
              },
              ["recipient", "request"],
            ),
            additionalProperties: false,
          },
        },
      },
    },
    responses: {
      "200": jsonAnswer(
        "The seed",
        objectOf(
          {
            schema: { const: 1 },
            sealed: { ...TEXT, contentEncoding: "base64", description: "A file of age that holds 48 bytes" },
            manifest: { ...TEXT, description: "Statement with two signatures: docs/SEEDS.md" },
          },
          ["schema", "sealed", "manifest"],
        ),
      ),
      ...ENTROPY_REFUSALS,
      "400": jsonAnswer("The question is none", errorBody("error")),
      "404": jsonAnswer("This server gives no seeds", errorBody("error")),
      "408": jsonAnswer("The body comes too slowly", errorBody("error")),
      "413": jsonAnswer(`A body of more than ${MOST_QUESTION_BYTES} bytes`, errorBody("error")),
      "415": jsonAnswer("The body is no application/json", errorBody("error")),
    },
  },
};

const STATE: Schema = { enum: ["starting", "healthy", "failed", "unavailable", "paused"] };

const HEALTH = objectOf(
  {
    status: { enum: ["ok", "unavailable"] },
    mode: { enum: ["full", "drbg"] },
    healthySources: INTEGER,
    reasons: arrayOf(TEXT),
  },
  ["status", "mode", "healthySources", "reasons"],
);

const SOURCES = objectOf(
  {
    schema: { const: 1 },
    sources: arrayOf(
      objectOf({
        id: TEXT,
        title: TEXT,
        mechanism: TEXT,
        family: TEXT,
        unit: TEXT,
        symbolBits: INTEGER,
        claim: { ...NUMBER, description: "Claimed min-entropy, bits per symbol" },
        effects: arrayOf(TEXT),
        state: STATE,
        reason: TEXT,
      }),
    ),
  },
  ["schema", "sources"],
);

const SNAPSHOT = objectOf(
  {
    schema: { const: 1 },
    sources: arrayOf(
      objectOf({
        id: TEXT,
        title: TEXT,
        family: TEXT,
        state: STATE,
        reason: TEXT,
        samples: NUMBER,
        rateHz: { ...NUMBER, description: "Samples a second of its own sampling time" },
        samplesPerSecond: { ...NUMBER, description: "Samples in each second of all time" },
        claimedH: { ...NUMBER, description: "Bits per symbol" },
        assessedH: { type: ["number", "null"], description: "Running estimate, bits per symbol" },
        creditedBits: NUMBER,
        creditedBitsPerSecond: NUMBER,
        healthFailures: NUMBER,
        faults: NUMBER,
        lastFault: TEXT,
      }),
    ),
    calibration: objectOf(
      {
        state: { enum: ["none", "used", "ignored", "refused"], description: "The profile of this machine" },
        reason: { ...TEXT, description: "Why it is refused" },
        assessedElsewhere: {
          ...arrayOf(TEXT),
          description: "Sources whose claims rest on what was assessed on other machines",
        },
      },
      ["state", "assessedElsewhere"],
    ),
    ledger: objectOf({ creditedBits: NUMBER, spentBits: NUMBER, forfeitedBits: NUMBER, levelBits: NUMBER }),
    families: {
      ...arrayOf(objectOf({ family: TEXT, spentBits: NUMBER }, ["family", "spentBits"])),
      description: "Families of sources behind the output, the largest part first",
    },
    seed: {
      ...objectOf({ families: arrayOf(TEXT), oneFamily: { type: "boolean" } }, ["families", "oneFamily"]),
      description: "Families behind the last seed of the DRBG; with one alone it took twice the bits",
    },
    selfTest: {
      ...objectOf({ state: { enum: ["none", "passed", "failed"] }, reason: TEXT, runs: INTEGER }, [
        "state",
        "runs",
      ]),
      description: "Known-answer tests of the DRBG; once one has failed nothing is handed out",
    },
    secrets: {
      ...objectOf(
        {
          lockedBytes: INTEGER,
          unlockedBytes: INTEGER,
          notDumped: { type: "boolean" },
          wipedOnFork: { type: "boolean" },
          reason: { ...TEXT, description: "Why some of it is not locked" },
        },
        ["lockedBytes", "unlockedBytes", "notDumped", "wipedOnFork"],
      ),
      description: "How memory is kept that holds the DRBG's state and the bytes that lie ready",
    },
    readyBytes: NUMBER,
    capacityBytes: NUMBER,
    extractedBytes: {
      ...NUMBER,
      description: "Full-entropy bytes handed out, and taken for the DRBG's seeds",
    },
    shownBytes: { ...NUMBER, description: "Bytes of output that /events showed; they count nowhere else" },
    uptimeMs: NUMBER,
    creditedBitsPerSecond: NUMBER,
    fullEntropyBytesPerSecond: NUMBER,
    grade: { enum: ["A", "B", "C", "D", "F"] },
  },
  [
    "schema",
    "sources",
    "calibration",
    "ledger",
    "families",
    "seed",
    "selfTest",
    "secrets",
    "readyBytes",
    "capacityBytes",
    "extractedBytes",
    "shownBytes",
    "uptimeMs",
    "grade",
  ],
);

export const OPENAPI = {
  openapi: "3.1.1",
  info: {
    title: "esoteric-entropy",
    version: VERSION,
    description: "Random bytes backed by health-tested noise of this machine, and the account of it.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/" }],
  // A server that was started without a token wants none.
  security: [{}, { token: [] }, { key: [] }],
  tags: [{ name: "random" }, { name: "status" }],
  paths: {
    "/": NUMBERS,
    "/api/v1/random": anuOperation("random", "An array of random elements"),
    "/API/jsonI.php": anuOperation("anuRandom", "The same, where clients of the ANU QRNG look for it"),
    "/api/v1/bytes": randomOperation("bytes", "Random bytes", { "200": OCTETS, ...ENTROPY_REFUSALS }, [
      { name: "n", required: true, schema: { ...INTEGER, minimum: 1, maximum: MAX_REQUEST_BYTES } },
    ]),
    "/api/v1/stream": randomOperation("stream", "Random bytes without end", {
      "200": OCTETS,
      ...ENTROPY_REFUSALS,
    }),
    "/api/v1/seed": SEED,
    "/health": jsonOperation("health", "Whether bytes can be served", HEALTH, {
      "503": jsonAnswer("They cannot, and why", HEALTH),
    }),
    "/sources": jsonOperation("sources", "The sources in use", SOURCES),
    "/pool/status": jsonOperation("poolStatus", "The account of the pool", SNAPSHOT),
    "/metrics": getOf({
      operationId: "metrics",
      summary: "The same for Prometheus",
      tags: ["status"],
      responses: { "200": answerOf("Text format 0.0.4", "text/plain", TEXT), ...REFUSALS },
    }),
    "/openapi.json": jsonOperation("openApi", "This document", { type: "object" }),
    "/events": getOf({
      operationId: "events",
      summary: "Server-sent events: status every second; history, noise, output and source-failed",
      tags: ["status"],
      parameters: [
        {
          name: "source",
          description: "A source whose raw noise is to be shown; what is shown is not credited",
          schema: TEXT,
        },
      ],
      responses: { "200": answerOf("Events", "text/event-stream", TEXT), ...ENTROPY_REFUSALS },
    }),
  },
  components: {
    securitySchemes: {
      token: { type: "http", scheme: "bearer" },
      key: { type: "apiKey", in: "header", name: "x-api-key", description: "The same token" },
    },
  },
};
