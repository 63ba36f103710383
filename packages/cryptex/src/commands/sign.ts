/** `sign`: a signature for a file or folder, beside it. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { UsageError } from "#kit/errors.ts";
import { OutputFile } from "#kit/files/output-file.ts";
import { formatQuantity, plural } from "#kit/format/numbers.ts";
import { safeJson, visible } from "#kit/format/visible.ts";
import { ARTIFACT, digestArtifact, signFiles } from "#kit/signing/artifact.ts";
import { command } from "#kit/term/command.ts";
import { flag, positional } from "#kit/term/flags.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import type { Deps } from "../deps.ts";
import { signaturePath } from "../signing/verify-artifact.ts";
import { SIGNER_FLAGS, signerFiles, signerOf } from "./key-flags.ts";
import { OUTPUT_FLAGS } from "./lookup-flags.ts";

export const sign = command({
  name: "sign",
  description: "Sign a file, or a folder with all that is in it",
  details: [
    "The signature is a text beside it, PATH.sig: names, sizes, SHA-256 and SHA3-256 of the files, and two signatures of that, Ed25519 and ML-DSA-65. Everything needed to check it without this program is in docs/SIGNING.md.",
    "Regular files alone are signed, without their times and permissions. A symbolic link or a device in the folder is refused. Empty folders are not seen.",
  ],
  flags: {
    path: positional.file({ about: "File or folder" }),
    ...SIGNER_FLAGS,
    output: flag.file({ short: "o", about: "Write the signature to this file; default: PATH.sig" }),
    ...OUTPUT_FLAGS,
  },
  examples: ["cryptex sign report.html", "cryptex sign rules/ --key house -o rules.sig"],
  seeAlso: ["verify", "keys new"],
  async run({ path, output, format, json, ...signer }, io, { env }: Deps) {
    const target = output ?? signaturePath(path);
    refuseInside(path, target);
    const own = await signerOf(signer, io, env);
    await using file = await OutputFile.create(target, io.signal, signerFiles(signer, env));
    let bytes = 0;
    const progress = (more: number) => {
      bytes += more;
    };
    using line = new ProgressLine(io, () => `reading: ${formatQuantity(bytes, "B")}`);
    const files = await digestArtifact(path, { signal: io.signal, progress });
    file.refuse([path, ...files.map((each) => join(path, each.path))]);
    await file.write(signFiles({ purpose: ARTIFACT, files }, own));
    line.clear();
    const { id } = own.secret.public;
    const facts = { signature: target, key: id, by: own.lineage.name, files: files.length, bytes };
    if (json || format === "json") await io.out(`${safeJson(facts)}\n`);
    else await io.out(`${visible(target)}\n`);
    io.log.info(
      `${plural(files.length, "file")}, ${formatQuantity(bytes, "B")}, signed by ${own.lineage.name}`,
    );
  },
});

/** @throws UsageError where the signature would be a part of what it signs */
function refuseInside(path: string, target: string): void {
  if (!existsSync(path)) return; // it is said when it is read
  const folder = dirname(resolve(target));
  const way = relative(realpathSync(path), existsSync(folder) ? realpathSync(folder) : folder);
  const isInside = way === "" || !way.startsWith("..");
  const isSame = existsSync(target) && realpathSync(target) === realpathSync(path);
  if (!isInside && !isSame) return;
  throw new UsageError(`the signature would be a part of ${visible(path)}, which it signs`, [
    "--output takes a place outside of it",
  ]);
}
