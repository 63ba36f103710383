/** `key`: secret keys, as bytes or as age and WireGuard write them. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf, positional } from "#kit/term/flags.ts";
import type { Deps } from "../../deps.ts";
import { UsageError } from "../../errors.ts";
import type { Draws } from "../../everyday/draws.ts";
import { ageKeys, KEY_BYTES, wireGuardKeys, X25519_BITS } from "../../everyday/keys.ts";
import { handOut, type Made } from "../../faces/pipe/hand-out.ts";
import { accountOf, COUNT_FLAG, EVERYDAY_FLAGS, FULL_ENTROPY } from "./everyday-flags.ts";

const FLAGS = {
  kind: positional.choice(["hex", "base64", "age", "wireguard"], {
    required: false,
    about: "How it is written; without it, hex",
  }),
  bits: flag.count(8, 65_536, {
    default: String(8 * KEY_BYTES),
    about: "hex and base64: length of the key, a multiple of 8",
  }),
  ...COUNT_FLAG,
  ...EVERYDAY_FLAGS,
};

export const key = command({
  name: "key",
  description: "Make secret keys",
  details: [
    FULL_ENTROPY,
    "age: an identity as age-keygen writes it, with its recipient in a comment and on stderr. wireguard: a private key as of 'wg genkey', and its public key on stderr. Both are of X25519, which uses 251 bits of a key's 256.",
    "Secrets go to stdout or to the file of --output, and nowhere else.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy key",
    "esoteric-entropy key base64 --bits 128",
    "esoteric-entropy key age --output key.txt",
    "esoteric-entropy key wireguard > private.key",
  ],
  seeAlso: ["password", "stream"],
  check({ kind, bits }, given) {
    if (given.has("bits") && (kind === "age" || kind === "wireguard")) {
      throw new UsageError("--bits is for hex and base64: other keys have one length");
    }
    if (bits % 8 !== 0) throw new UsageError(`--bits: ${bits} is not a multiple of 8`);
  },
  async run(options, io, deps: Deps) {
    const { kind = "hex", bits, count } = options;
    const isX25519 = kind === "age" || kind === "wireguard";
    const account = isX25519
      ? accountOf(X25519_BITS, "a key of X25519", count)
      : accountOf(bits, `a key in ${kind}`, count);
    const make = (draws: Draws) => made({ ...options, kind }, draws, new Date());
    await handOut({ count, make, account }, options, io, deps);
    return EXIT.ok;
  },
});

type Kind = NonNullable<OptionsOf<typeof FLAGS>["kind"]>;

async function made(
  { kind, bits }: { readonly kind: Kind; readonly bits: number },
  draws: Draws,
  now: Date,
): Promise<Made> {
  const bytes = await draws.bytes(kind === "hex" || kind === "base64" ? bits / 8 : KEY_BYTES);
  try {
    if (kind === "hex" || kind === "base64") return { text: `${Buffer.from(bytes).toString(kind)}\n` };
    if (kind === "wireguard") {
      const keys = wireGuardKeys(bytes);
      return { text: `${keys.secret}\n`, remark: `public key: ${keys.public}` };
    }
    const keys = ageKeys(bytes);
    const created = now.toISOString().replace(/\.\d+Z$/, "Z");
    return {
      text: `# created: ${created}\n# public key: ${keys.public}\n${keys.secret}\n`,
      remark: `public key: ${keys.public}`,
    };
  } finally {
    bytes.fill(0);
  }
}
