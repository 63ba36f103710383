/** The bearer token, from a file of the user's. */
import { readFileSync, statSync } from "node:fs";
import { InputError } from "../errors.ts";

/** 16 characters of base64 are 96 bits: beyond guessing, if they were drawn at random. */
const MIN_TOKEN_LENGTH = 16;
const MAX_TOKEN_LENGTH = 4_096;

export interface TokenFile {
  readonly token: string;
  /** Whether others than the file's owner can read it. */
  readonly exposed: boolean;
}

/** @throws InputError for what is no token */
export function readTokenFile(path: string): TokenFile {
  const token = readText(path).trim();
  // What a header can carry (RFC 9110 §5.5) and the scheme takes as one word.
  if (!/^[!-~]*$/.test(token)) throw new InputError(`${path}: a token is one word of printable ASCII`);
  if (token.length < MIN_TOKEN_LENGTH || token.length > MAX_TOKEN_LENGTH) {
    throw new InputError(
      `${path}: a token has at least ${MIN_TOKEN_LENGTH} characters, this has ${token.length}`,
      {
        hints: [`esoteric-entropy stream --bytes 24 --format base64 > ${path}`],
      },
    );
  }
  return { token, exposed: (statSync(path).mode & 0o077) !== 0 };
}

/** @throws InputError */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
