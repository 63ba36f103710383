/** Files of this machine, as the gateway takes them. */

/** The most that it explains a rule for. */
export const MOST_BYTES = 8 * 2 ** 20;

/** @throws Error for a file that is too large, or has gone */
export async function base64Of(file: Blob): Promise<string> {
  if (file.size > MOST_BYTES)
    throw new Error(`the file has ${file.size} bytes; ${MOST_BYTES} are taken at most`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  // In pieces, for a call takes some ten thousand arguments.
  const PIECE = 0x6000;
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return text;
}
