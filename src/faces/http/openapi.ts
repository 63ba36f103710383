/** `GET /openapi.json`: the API as OpenAPI 3.1. Written by hand; a test holds it against the routes. */
import { VERSION } from "../../version.ts";
import { MAX_BLOCK_BYTES, MAX_LENGTH, MAX_REQUEST_BYTES } from "./anu.ts";

const ERROR = {
  description: "Why not",
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["success", "error"],
        properties: { success: { const: false }, error: { type: "string" } },
      },
    },
  },
};

const LATER = {
  ...ERROR,
  description: "Not enough entropy in time, or too many requests",
  headers: { "Retry-After": { description: "Seconds", schema: { type: "integer", minimum: 1 } } },
};

/** What any endpoint may answer. */
const REFUSALS = {
  "401": { ...ERROR, description: "The server wants a bearer token" },
  "403": { ...ERROR, description: "Bound to loopback, and the request names another host" },
};

const ENTROPY_REFUSALS = {
  "400": { ...ERROR, description: "A parameter is wrong" },
  ...REFUSALS,
  "503": LATER,
};

const OCTETS = {
  description: "Random bytes",
  content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
};

const ANU_PARAMETERS = [
  {
    name: "length",
    in: "query",
    required: true,
    description: "Elements of the array",
    schema: { type: "integer", minimum: 1, maximum: MAX_LENGTH },
  },
  { name: "type", in: "query", required: true, schema: { enum: ["hex16", "uint8", "uint16"] } },
  {
    name: "size",
    in: "query",
    description: `hex16: bytes in a block. length × size is at most ${MAX_REQUEST_BYTES}`,
    schema: { type: "integer", minimum: 1, maximum: MAX_BLOCK_BYTES, default: 1 },
  },
];

const ANU_ANSWER = {
  description: "An array of random elements",
  content: {
    "application/json": {
      schema: {
        type: "object",
        required: ["type", "length", "data", "success"],
        properties: {
          type: { enum: ["hex16", "uint8", "uint16"] },
          length: { type: "integer" },
          size: { type: "integer", description: "hex16 only" },
          data: {
            oneOf: [
              { type: "array", items: { type: "integer", minimum: 0, maximum: 65_535 } },
              { type: "array", items: { type: "string", pattern: "^([0-9a-f]{2})+$" } },
            ],
          },
          success: { const: true },
        },
      },
    },
  },
};

function anuOperation(operationId: string, summary: string): object {
  return {
    get: {
      operationId,
      summary,
      tags: ["random"],
      parameters: ANU_PARAMETERS,
      responses: { "200": ANU_ANSWER, ...ENTROPY_REFUSALS },
    },
  };
}

function jsonOperation(operationId: string, summary: string, schema: object, others: object = {}): object {
  return {
    get: {
      operationId,
      summary,
      tags: ["status"],
      responses: {
        "200": { description: summary, content: { "application/json": { schema } } },
        ...REFUSALS,
        ...others,
      },
    },
  };
}

const NUMBER = { type: "number" };
const TEXT = { type: "string" };
const STATE = { enum: ["starting", "healthy", "failed", "unavailable", "paused"] };

const HEALTH = {
  type: "object",
  required: ["status", "mode", "healthySources", "reasons"],
  properties: {
    status: { enum: ["ok", "unavailable"] },
    mode: { enum: ["full", "drbg"] },
    healthySources: { type: "integer" },
    reasons: { type: "array", items: TEXT },
  },
};

const SOURCES = {
  type: "object",
  required: ["schema", "sources"],
  properties: {
    schema: { const: 1 },
    sources: {
      type: "array",
      items: {
        type: "object",
        properties: {
          id: TEXT,
          title: TEXT,
          mechanism: TEXT,
          family: TEXT,
          unit: TEXT,
          symbolBits: { type: "integer" },
          claim: { ...NUMBER, description: "Claimed min-entropy, bits per symbol" },
          effects: { type: "array", items: TEXT },
          state: STATE,
          reason: TEXT,
        },
      },
    },
  },
};

const SNAPSHOT = {
  type: "object",
  required: [
    "schema",
    "sources",
    "ledger",
    "readyBytes",
    "capacityBytes",
    "extractedBytes",
    "uptimeMs",
    "grade",
  ],
  properties: {
    schema: { const: 1 },
    sources: {
      type: "array",
      items: {
        type: "object",
        properties: {
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
        },
      },
    },
    ledger: {
      type: "object",
      properties: { creditedBits: NUMBER, spentBits: NUMBER, forfeitedBits: NUMBER, levelBits: NUMBER },
    },
    readyBytes: NUMBER,
    capacityBytes: NUMBER,
    extractedBytes: NUMBER,
    uptimeMs: NUMBER,
    creditedBitsPerSecond: NUMBER,
    fullEntropyBytesPerSecond: NUMBER,
    grade: { enum: ["A", "B", "C", "D", "F"] },
  },
};

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
  security: [{}, { token: [] }],
  tags: [{ name: "random" }, { name: "status" }],
  paths: {
    "/api/v1/random": anuOperation("random", "An array of random elements"),
    "/API/jsonI.php": anuOperation("anuRandom", "The same, where clients of the ANU QRNG look for it"),
    "/api/v1/bytes": {
      get: {
        operationId: "bytes",
        summary: "Random bytes",
        tags: ["random"],
        parameters: [
          {
            name: "n",
            in: "query",
            required: true,
            schema: { type: "integer", minimum: 1, maximum: MAX_REQUEST_BYTES },
          },
        ],
        responses: { "200": OCTETS, ...ENTROPY_REFUSALS },
      },
    },
    "/api/v1/stream": {
      get: {
        operationId: "stream",
        summary: "Random bytes without end",
        tags: ["random"],
        responses: { "200": OCTETS, ...REFUSALS, "503": LATER },
      },
    },
    "/health": jsonOperation("health", "Whether bytes can be served", HEALTH, {
      "503": { description: "They cannot, and why", content: { "application/json": { schema: HEALTH } } },
    }),
    "/sources": jsonOperation("sources", "The sources in use", SOURCES),
    "/pool/status": jsonOperation("poolStatus", "The account of the pool", SNAPSHOT),
    "/metrics": {
      get: {
        operationId: "metrics",
        summary: "The same for Prometheus",
        tags: ["status"],
        responses: {
          "200": { description: "Text format 0.0.4", content: { "text/plain": { schema: TEXT } } },
          ...REFUSALS,
        },
      },
    },
    "/openapi.json": jsonOperation("openApi", "This document", { type: "object" }),
    "/events": {
      get: {
        operationId: "events",
        summary: "Server-sent events: status every second; noise, output and source-failed",
        tags: ["status"],
        parameters: [
          {
            name: "source",
            in: "query",
            description: "A source whose raw noise is to be shown; what is shown is not credited",
            schema: TEXT,
          },
        ],
        responses: {
          "200": { description: "Events", content: { "text/event-stream": { schema: TEXT } } },
          ...ENTROPY_REFUSALS,
        },
      },
    },
  },
  components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
};
