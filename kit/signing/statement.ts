/**
 * Statements and their two signatures: four lines of text, of which the first two are signed as they stand.
 *
 *     twin-signature/1
 *     {"key":"…","time":"2026-01-31T12:00:00Z","type":"…",…}
 *     ed25519 BASE64
 *     ml-dsa-65 BASE64
 *
 * The first line keeps signatures apart from those that the same key may make elsewhere. Nothing but a statement is ever signed.
 */
import { sign, verify } from "node:crypto";
import { fromUtf8 } from "../format/visible.ts";
import {
  base64Of,
  canonicalJson,
  hexOf,
  type JsonObject,
  parseCanonical,
  textOf,
  timeOf,
  timeText,
} from "./canonical-json.ts";
import type { PublicKey, SecretKey } from "./keys.ts";
import { SignatureError } from "./signature-error.ts";

/** Begins each statement, and names the version of its form. */
export const HEAD_LINE = "twin-signature/1";

export const ALGORITHMS = ["ed25519", "ml-dsa-65"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** Bytes of a signature: RFC 8032 §5.1.6; FIPS 204, table 2. */
const SIGNATURE_BYTES: Readonly<Record<Algorithm, number>> = { ed25519: 64, "ml-dsa-65": 3309 };

const LINES = 4;
/** Bytes of a file of statements: room for 100,000 files with names of 100 characters. */
export const MAX_BYTES = 32 * 2 ** 20;

export interface Statement {
  /** Names the members that are there besides these: `files`, `rotation`, … */
  readonly type: string;
  /** Id of the key that signed. */
  readonly key: string;
  /** When it was signed. The signer's claim: nothing proves it. */
  readonly time: string;
  readonly members: JsonObject;
}

/** A statement with its signatures, of which nobody has yet asked whether they hold. */
export interface Block {
  readonly statement: Statement;
  /** Its four lines. */
  readonly text: string;
  /** The bytes that were signed. */
  readonly message: Uint8Array;
  readonly signatures: Readonly<Record<Algorithm, Uint8Array>>;
}

/** Signs a statement. @returns its four lines */
export function signStatement(
  type: string,
  members: JsonObject,
  { public: { id }, ed25519, mlDsa65 }: SecretKey,
  now = new Date(),
): string {
  const statement = canonicalJson({ ...members, type, key: id, time: timeText(now) });
  const text = `${HEAD_LINE}\n${statement}\n`;
  if (text.length > MAX_BYTES) throw new SignatureError("there is more to sign than a signature may hold");
  const message = Buffer.from(text);
  const lines = ALGORITHMS.map((algorithm) => {
    const signature = sign(null, message, algorithm === "ed25519" ? ed25519 : mlDsa65);
    return `${algorithm} ${signature.toString("base64")}\n`;
  });
  return text + lines.join("");
}

/** Splits a text of statements. Each byte of it is part of one. @throws SignatureError */
export function parseBlocks(bytes: Uint8Array): Block[] {
  if (bytes.length > MAX_BYTES) throw new SignatureError(`it is larger than ${MAX_BYTES} bytes`);
  const text = fromUtf8(bytes);
  if (text === undefined) throw new SignatureError("it is not UTF-8");
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.pop() !== "" || lines.length % LINES !== 0) {
    throw new SignatureError(`it is not made of statements of ${LINES} lines`);
  }
  return Array.from({ length: lines.length / LINES }, (_, i) =>
    parseBlock(lines.slice(i * LINES, (i + 1) * LINES)),
  );
}

function parseBlock([head, json, ...signatures]: readonly string[]): Block {
  if (head !== HEAD_LINE) throw new SignatureError(`a statement does not begin with the line "${HEAD_LINE}"`);
  const { type, key, time, ...members } = parseCanonical(json!);
  const [ed25519, mlDsa65] = ALGORITHMS.map((algorithm, i) => {
    const [name, value, ...rest] = signatures[i]!.split(" ");
    if (name !== algorithm || rest.length > 0) throw new SignatureError(`there is no line "${algorithm} …"`);
    return base64Of(value, algorithm, SIGNATURE_BYTES[algorithm]);
  });
  return {
    statement: { type: textOf(type, "type"), key: hexOf(key, "key"), time: timeOf(time, "time"), members },
    text: [head, json, ...signatures, ""].join("\n"),
    message: Buffer.from(`${head}\n${json}\n`),
    signatures: { ed25519: ed25519!, "ml-dsa-65": mlDsa65! },
  };
}

/** Lists the algorithms of `wanted` whose signature does not hold. @param key the one whose id the statement names */
export function brokenSignatures(
  { message, signatures }: Block,
  key: PublicKey,
  wanted: readonly Algorithm[] = ALGORITHMS,
): Algorithm[] {
  return wanted.filter(
    (algorithm) =>
      !verify(null, message, algorithm === "ed25519" ? key.ed25519 : key.mlDsa65, signatures[algorithm]),
  );
}

const NAMES: Readonly<Record<Algorithm, string>> = { ed25519: "Ed25519", "ml-dsa-65": "ML-DSA-65" };

/** Names algorithms for people: `Ed25519 and ML-DSA-65`. */
export function algorithmNames(algorithms: readonly Algorithm[]): string {
  return algorithms.map((algorithm) => NAMES[algorithm]).join(" and ");
}
