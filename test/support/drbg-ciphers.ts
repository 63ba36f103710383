import { loadLibrary } from "../../ffi/index.ts";
import { type DrbgCipher, RUNTIME_CIPHER } from "../../src/rbg/ctr-drbg.ts";
import { hostLibrary } from "./native-builds.ts";

/** Every AES for the DRBG that this machine has; prints those that it lacks. */
export async function drbgCiphers(): Promise<readonly { name: string; cipher: DrbgCipher }[]> {
  const native = {
    "the native library": [],
    "the native library, 128-bit registers": ["EE_AES_LIMIT=AES_INSTRUCTIONS"],
  };
  const found: { name: string; cipher: DrbgCipher }[] = [
    { name: "the runtime's cipher", cipher: RUNTIME_CIPHER },
  ];
  for (const [name, defines] of Object.entries(native)) {
    const { drbgCipher } = loadLibrary({ path: await hostLibrary(...defines) });
    if (drbgCipher) found.push({ name, cipher: drbgCipher });
    else console.warn(`skip: ${name}: this processor has no AES instructions`);
  }
  return found;
}
