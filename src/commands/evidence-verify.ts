/** `evidence verify`: whether a package is what was made and signed. */
import { formatQuantity } from "#kit/format/numbers.ts";
import { safeJson } from "#kit/format/visible.ts";
import { readLineage } from "#kit/signing/keyring.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, positional } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { type Verified, verifyPackage } from "../evidence/package/verify.ts";
import { verifiedText } from "./evidence-text.ts";
import { FINDINGS } from "./exits.ts";

export const evidenceVerify = command({
  name: "evidence verify",
  description: "Say whether a package of evidence is what was made and signed",
  details: [
    "With --key the files are held against the list that was signed, and both signatures have to hold. Without it they are held against the package's own hashes, which says nothing about who made it. Each file that was changed, is missing or was added is named.",
    "Exit code 4 says that something differs.",
  ],
  flags: {
    folder: positional.file({ about: "Folder of the package" }),
    key: flag.file({ about: "Public key of the signer, the file beside the key that evidence keygen made" }),
    json: flag.switch({ about: "Write JSON" }),
  },
  examples: ["esoteric-entropy evidence verify evidence --key lab.key.pub"],
  seeAlso: ["evidence package", "evidence keygen"],
  judges: true,
  async run({ folder, key, json }, io) {
    const trusted = key === undefined ? undefined : readLineage(key);
    const verified = await shown(folder, trusted, io);
    await io.out(
      json ? `${safeJson({ schema: 1, ...verified })}\n` : verifiedText(folder, verified, key !== undefined),
    );
    return verified.faults.length === 0 ? EXIT.ok : FINDINGS;
  },
});

async function shown(folder: string, trusted: Lineage | undefined, io: Io): Promise<Verified> {
  let bytes = 0;
  using _ = new ProgressLine(io, () => `reading  ${formatQuantity(bytes, "B")}`);
  return await verifyPackage(folder, trusted, io.signal, (more) => {
    bytes += more;
  });
}
