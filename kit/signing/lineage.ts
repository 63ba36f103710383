/**
 * A lineage: a public key that somebody trusts, and its statements about itself. A rotation names the key that follows; a revocation takes
 * trust from one. Its text is one line with the first key, then statements (statement.ts); each of them has to hold, with both
 * signatures, or the whole is refused.
 */
import { base64Of, hexOf, type Json, membersOf, textOf, timeOf } from "./canonical-json.ts";
import {
  keyLine,
  PUBLIC_BYTES,
  type PublicKey,
  parseKeyLine,
  publicKey,
  type SecretKey,
  shortId,
} from "./keys.ts";
import { SignatureError } from "./signature-error.ts";
import { algorithmNames, type Block, brokenSignatures, parseBlocks, signStatement } from "./statement.ts";

export interface Lineage {
  /** Remark of whoever wrote the text down. */
  readonly name: string;
  /** From the first to the present one. */
  readonly keys: readonly LineageKey[];
  readonly blocks: readonly Block[];
}

export interface LineageKey {
  readonly key: PublicKey;
  /** When the key before named it; undefined for the first. */
  readonly madeAt?: string;
  /** When it named the next. */
  readonly replacedAt?: string;
  readonly revocations: readonly Revocation[];
  /** A key before it was revoked, by itself, before it named the next. */
  readonly orphaned: boolean;
}

export interface Revocation {
  /** Id of the key that signed it. */
  readonly by: string;
  /** Signatures that claim an earlier time keep their worth; null: none does. */
  readonly since: string | null;
  readonly reason: string;
}

/** Characters of the reason of a revocation. */
export const MAX_REASON = 200;

/** @returns a statement that `next` takes the place of `old` */
export function signRotation(old: SecretKey, next: PublicKey, now?: Date): string {
  return signStatement("rotation", { new: Buffer.from(next.bytes).toString("base64") }, old, now);
}

/** @param signer the key itself, or one that follows it @returns a statement that a key is not to be trusted */
export function signRevocation(
  signer: SecretKey,
  revoked: string,
  { since, reason }: Omit<Revocation, "by">,
  now?: Date,
): string {
  return signStatement("revocation", { revoked, since, reason }, signer, now);
}

/** @throws SignatureError that says which statement does not hold */
export function parseLineage(bytes: Uint8Array): Lineage {
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw new SignatureError("it holds no line of a public key");
  const { key, name } = parseKeyLine(Buffer.from(bytes.subarray(0, end)).toString("latin1"));
  return lineageOf(name, key, parseBlocks(bytes.subarray(end + 1)));
}

export function lineageText({ name, keys, blocks }: Pick<Lineage, "name" | "keys" | "blocks">): string {
  return `${keyLine(keys[0]!.key, name)}\n${blocks.map(({ text }) => text).join("")}`;
}

/** Adds statements to a lineage; those that it has already change nothing. @throws SignatureError */
export function extended({ name, keys, blocks }: Lineage, more: readonly Block[]): Lineage {
  return lineageOf(name, keys[0]!.key, [...blocks, ...more]);
}

/** Puts statements about a key in their order, and checks each. @throws SignatureError */
export function lineageOf(name: string, root: PublicKey, statements: readonly Block[]): Lineage {
  const blocks = [...new Map(statements.map((block) => [block.text, block])).values()];
  const rotations = blocks.filter(({ statement }) => statement.type === "rotation");
  const revocations = blocks.filter(({ statement }) => statement.type === "revocation");
  const other = blocks.find((block) => !rotations.includes(block) && !revocations.includes(block));
  if (other) throw new SignatureError(`a statement of type "${other.statement.type}" is none about a key`);

  const line = followed(root, rotations);
  const revoked = revocations.map((block) => readRevocation(block, line));
  const keys = line.map(({ key, madeAt, replacedAt }) => ({
    key,
    ...(madeAt !== undefined && { madeAt }),
    ...(replacedAt !== undefined && { replacedAt }),
    revocations: revoked.filter(({ id }) => id === key.id).map(({ revocation }) => revocation),
  }));
  let orphaned = false;
  const marked = keys.map((each) => {
    const now = orphaned;
    const { key, replacedAt, revocations } = each;
    orphaned ||=
      replacedAt !== undefined && revocations.some((one) => one.by === key.id && covers(one, replacedAt));
    return { ...each, orphaned: now };
  });
  return { name, keys: marked, blocks };
}

interface Link {
  readonly key: PublicKey;
  readonly madeAt?: string;
  replacedAt?: string;
}

/** Follows rotations from the first key to the present one. @throws SignatureError */
function followed(root: PublicKey, rotations: readonly Block[]): Link[] {
  const line: Link[] = [{ key: root }];
  const left = new Set(rotations);
  for (;;) {
    const last = line.at(-1)!;
    const own = [...left].filter(({ statement }) => statement.key === last.key.id);
    if (own.length === 0) break;
    for (const block of own) mustHold(block, last.key);
    const next = own.map(({ statement }) =>
      base64Of(membersOf(statement.members, ["new"]).new, "new", PUBLIC_BYTES),
    );
    const key = publicKey(next[0]!);
    if (next.some((bytes) => Buffer.compare(bytes, key.bytes) !== 0)) {
      throw new SignatureError(
        `key ${shortId(last.key.id)} names two keys that follow it: somebody else may have it`,
      );
    }
    if (line.some((each) => each.key.id === key.id)) {
      throw new SignatureError(`the keys follow each other in a circle at ${shortId(key.id)}`);
    }
    const { time } = own[0]!.statement;
    last.replacedAt = time;
    line.push({ key, madeAt: time });
    for (const block of own) left.delete(block);
  }
  for (const { statement } of left) {
    throw new SignatureError(
      `a rotation is signed by key ${shortId(statement.key)}, which is none of this line`,
    );
  }
  return line;
}

function readRevocation(block: Block, line: readonly Link[]): { id: string; revocation: Revocation } {
  const { revoked, since, reason } = membersOf(block.statement.members, ["revoked", "since", "reason"]);
  const id = hexOf(revoked, "revoked");
  const place = (wanted: string) => line.findIndex(({ key }) => key.id === wanted);
  const by = place(block.statement.key);
  if (by < 0 || place(id) < 0 || place(id) > by) {
    throw new SignatureError(`key ${shortId(block.statement.key)} cannot revoke key ${shortId(id)}`);
  }
  mustHold(block, line[by]!.key);
  const words = textOf(reason, "reason");
  if (words.length > MAX_REASON)
    throw new SignatureError(`the reason has more than ${MAX_REASON} characters`);
  return { id, revocation: { by: block.statement.key, since: timeOrNull(since), reason: words } };
}

function timeOrNull(value: Json): string | null {
  return value === null ? null : timeOf(value, "since");
}

function mustHold(block: Block, key: PublicKey): void {
  const broken = brokenSignatures(block, key);
  if (broken.length === 0) return;
  throw new SignatureError(
    `a ${block.statement.type} by key ${shortId(key.id)} does not hold: ${algorithmNames(broken)}`,
  );
}

function covers({ since }: Revocation, time: string): boolean {
  return since === null || time >= since;
}

/** Says why a key was not to be trusted at a time that a signature claims; undefined where it was. */
export function distrust(
  { key, replacedAt, revocations, orphaned }: LineageKey,
  time: string,
): string | undefined {
  const id = shortId(key.id);
  const revocation = revocations.find((each) => covers(each, time));
  if (revocation) {
    const from = revocation.since === null ? "" : ` for all that claims a time from ${revocation.since} on`;
    return `key ${id} is revoked${from}: ${revocation.reason}`;
  }
  if (orphaned) return `key ${id} was named by a key that was revoked before that`;
  if (replacedAt !== undefined && time > replacedAt) {
    return `key ${id} was replaced at ${replacedAt}, and this claims ${time}`;
  }
  return undefined;
}
