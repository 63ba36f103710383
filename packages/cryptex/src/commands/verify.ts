/** `verify`: whether something is what somebody who is trusted has signed. */
import { UsageError } from "#kit/errors.ts";
import { formatQuantity } from "#kit/format/numbers.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { verifySigned } from "../rule-packages/verify-signed.ts";
import { KINDS } from "../signing/verification.ts";
import { keysFolder, TRUST_FLAGS, trustOf } from "./key-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";
import { verifiedJson, verifiedText } from "./verify-signed-text.ts";

export const verify = command({
  name: "verify",
  description: "Say whether a file, folder, rule set or log is what was signed",
  details: [
    "Files and folders are held against PATH.sig, packed rule sets against the signature in them, logs of scan --log against PATH.head. Good is what was signed by a key that is trusted: one of the folder of keys, or that of --key; a key that comes with the signature is never asked. Both signatures have to hold. Everything that differs is named.",
    "A log is read from end to end: what was changed, removed or moved is named. That its end was cut, or all of it made anew, shows only against a signed head, or against a hash that was noted elsewhere, --anchor; a log with neither is not good unless --accept unsigned is given.",
    "The exit code is 1 unless all is good.",
  ],
  flags: {
    path: positional.file({ about: "File, folder, packed rule set or log" }),
    kind: flag.choice(KINDS, { about: "Take nothing but this; default: what it is by its content" }),
    signature: flag.file({ about: "Signature, or head of a log; default: the one beside it" }),
    anchor: flag.text({
      hint: "HASH",
      about: "Hash that a line of the log must have, as verify printed it before",
    }),
    ...TRUST_FLAGS,
    ...OUTPUT_FLAGS,
  },
  check({ anchor }) {
    if (anchor !== undefined && !/^[0-9a-f]{64}$/.test(anchor)) {
      throw new UsageError("--anchor: a hash has 64 hexadecimal digits, in lower case");
    }
  },
  examples: [
    "cryptex verify report.html",
    "cryptex verify house.cxr --key house.pub",
    "cryptex verify scans.log --json",
  ],
  seeAlso: ["sign", "keys add", "ruleset unpack"],
  judges: true,
  async run({ path, kind, signature, anchor, format, json, ...flags }, io, { env }: Deps) {
    const trust = trustOf(flags, env);
    let bytes = 0;
    const progress = (more: number) => {
      bytes += more;
    };
    using line = new ProgressLine(io, () => `reading: ${formatQuantity(bytes, "B")}`);
    const keys = keysFolder(flags.keys, env);
    const order = { path, kind, signature, anchor, trust, keys };
    const verification = await verifySigned(order, { signal: io.signal, progress });
    line.clear();
    const isJson = json || format === "json";
    await io.out(isJson ? verifiedJson(path, verification) : verifiedText(path, verification, trust));
    return verification.faults.length === 0 ? EXIT.ok : EXIT.failure;
  },
});
