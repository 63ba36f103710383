/** `seed keygen`: an identity that seeds are sealed to. */
import { command } from "#kit/term/command.ts";
import { positional } from "#kit/term/flags.ts";

export const seedKeygen = command({
  name: "seed keygen",
  description: "Make an identity that seeds are sealed to",
  details: [
    "Make it before the machine needs seeds, where entropy is good: whoever can guess it can open them. The secret goes to FILE, for this user alone; the recipient, which begins with age1pq1, is printed, and is no secret. Both are those of age 1.3, hybrid: ML-KEM-768 and X25519 have to be broken together.",
  ],
  flags: { file: positional.file({ about: "File for the identity; nothing may be there" }) },
  examples: ["esoteric-entropy seed keygen node-7.identity > node-7.recipient"],
  seeAlso: ["seed fetch", "seed seal"],
  async run({ file }, io) {
    const { makeIdentityFile } = await import("../seed/identity-file.ts");
    await io.out(`${await makeIdentityFile(file)}\n`);
  },
});
