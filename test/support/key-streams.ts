import { loadLibrary } from "../../ffi/index.ts";
import { cipherKeyStream, type KeyStream } from "../../src/rbg/ctr-drbg.ts";
import { hostLibrary } from "./native-builds.ts";

/** Every way of making the key stream that this machine has; prints those that it lacks. */
export async function keyStreams(): Promise<readonly { name: string; keyStream: KeyStream }[]> {
  const native = {
    "the native library": [],
    "the native library, 128-bit registers": ["EE_AES_LIMIT=AES_INSTRUCTIONS"],
  };
  const found: { name: string; keyStream: KeyStream }[] = [
    { name: "the runtime's cipher", keyStream: cipherKeyStream },
  ];
  for (const [name, defines] of Object.entries(native)) {
    const { keyStream } = loadLibrary({ path: await hostLibrary(...defines) });
    if (keyStream) found.push({ name, keyStream });
    else console.warn(`skip: ${name}: this processor has no AES instructions`);
  }
  return found;
}
