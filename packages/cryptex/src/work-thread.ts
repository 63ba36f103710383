/** The thread of all work that is done once: it loads the one that is asked for. */
import { askedWork } from "#kit/thread.ts";

const WORK: Readonly<Record<string, () => Promise<unknown>>> = {
  bisect: () => import("./bisect/bisect-thread.ts"),
  checkpoint: () => import("./cryptex-store/checkpoint-thread.ts"),
  command: () => import("./command-thread.ts"),
  copy: () => import("./cryptex-store/copy-thread.ts"),
  cost: () => import("./rules/cost-thread.ts"),
  discover: () => import("./harvest/discover-thread.ts"),
  "find-tests": () => import("./rule-tests/find-tests-thread.ts"),
  gap: () => import("./gap/gap-thread.ts"),
  harvest: () => import("./harvest/harvest-thread.ts"),
  hunt: () => import("./fleet/hunt-thread.ts"),
  index: () => import("./safe-index/index-thread.ts"),
  lint: () => import("./rules/lint-thread.ts"),
  rules: () => import("./rules/rules-thread.ts"),
  "self-test": () => import("./engine/self-test-thread.ts"),
};

await WORK[askedWork()]!();
