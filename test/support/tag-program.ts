/** Adds entries to an index, in a process of its own: tag-program.ts FOLDER NAME COUNT. */
import { addToCatalogue } from "../../src/evidence/catalogue/catalogue.ts";

const [folder = "", name = "", count = ""] = process.argv.slice(2);
const { signal } = new AbortController();
for (let i = 0; i < Number(count); i++) {
  await addToCatalogue(
    folder,
    {
      kind: "recording",
      path: `/recordings/${name}/${i}/noise.json`,
      source: "noise",
      at: "2026-01-01T00:00:00.000Z",
      machine: "Example",
      tags: [name],
      sha256: "ab".repeat(32),
    },
    signal,
  );
}
