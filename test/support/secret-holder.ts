/**
 * A process with a seeded DRBG, which waits until its stdin ends: bun secret-holder.ts <locked|ordinary> <seed in hex>.
 * Says on stdout how its secrets are kept.
 */
import { loadLibrary } from "../../ffi/index.ts";
import { secretsOf } from "../../src/platform/secrets.ts";
import { secretsText } from "../../src/pool/status.ts";
import { CtrDrbg, ORDINARY_MEMORY } from "../../src/rbg/ctr-drbg.ts";

/** Takes the requests after which the key is looked for. */
export function seeded(seed: Uint8Array, options: ConstructorParameters<typeof CtrDrbg>[1]): CtrDrbg {
  const drbg = new CtrDrbg({ entropyInput: seed.slice(0, 48), nonce: seed.slice(48) }, options);
  for (let i = 0; i < 5; i++) drbg.generate(1_000, Uint8Array.of(i));
  return drbg;
}

if (import.meta.main) {
  const [where, seed] = process.argv.slice(2);
  const library = loadLibrary();
  // What may be locked is not limited for root.
  if (process.getuid?.() === 0) process.setuid?.(65_534);
  const secrets = secretsOf({ ok: true, library });
  const drbg = seeded(Uint8Array.fromHex(seed!), {
    cipher: library.drbgCipher,
    memory: where === "locked" ? secrets : ORDINARY_MEMORY,
  });
  console.log(JSON.stringify({ ...secrets.status(), text: secretsText({ secrets: secrets.status() }) }));
  process.stdin.on("data", () => {});
  process.stdin.on("end", () => drbg.uninstantiate());
}
