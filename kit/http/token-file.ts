/** The bearer token, from a file of the user's. */
import { InputError } from "../errors.ts";
import { readSecret } from "../files/small-file.ts";

/** 16 characters of base64 are 96 bits: beyond guessing, if they were drawn at random. */
const MIN_TOKEN_LENGTH = 16;
const MAX_TOKEN_LENGTH = 4_096;
/** Room for line breaks and blanks around the longest token. */
const MAX_FILE_BYTES = 2 * MAX_TOKEN_LENGTH;

/**
 * Reads a token: one word of printable ASCII, 16 to 4,096 characters, with blanks around it.
 * @param warn told if other users can read or change it
 * @param lengthHints how to make one of the right length
 * @throws InputError
 */
export function readTokenFile(
  path: string,
  warn: (message: string) => void,
  lengthHints: readonly string[] = [],
): string {
  const token = readSecret(path, MAX_FILE_BYTES, warn).trim();
  // What a header can carry (RFC 9110 §5.5) and the scheme takes as one word.
  if (!/^[!-~]*$/.test(token)) throw new InputError(`${path}: a token is one word of printable ASCII`);
  const { length } = token;
  if (length < MIN_TOKEN_LENGTH || length > MAX_TOKEN_LENGTH) {
    const limit = length < MIN_TOKEN_LENGTH ? `at least ${MIN_TOKEN_LENGTH}` : `at most ${MAX_TOKEN_LENGTH}`;
    throw new InputError(`${path}: a token has ${limit} characters, this has ${length}`, {
      hints: lengthHints,
    });
  }
  return token;
}
