/** Runs before the tests: builds the native library if c/ has changed, and gives every test its time limit. */
import { readFileSync } from "node:fs";
import { buildLibrary, host } from "./support/native-builds.ts";

/** No test takes this long unless it hangs, on a machine ten times slower than usual either. */
const TIME_LIMIT_MS = 300_000;

await buildLibrary({ target: host() });

// setDefaultTimeout holds for one file, so each file calls it in its first line, which is why no line moves.
Bun.plugin({
  name: "time limit of tests",
  setup(build) {
    build.onLoad({ filter: /\.test\.tsx?$/ }, ({ path, loader }) => ({
      loader,
      contents: `import { setDefaultTimeout as setLimit } from "bun:test"; setLimit(${TIME_LIMIT_MS}); ${readFileSync(path, "utf8")}`,
    }));
  },
});
