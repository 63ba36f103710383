/** The programs that an index can be built for. */

import { checkWithClamav, checkWithYara, checkWithYaraX } from "../other-engines/check.ts";
import { clamavLacks, editsForClamav } from "./clamav.ts";
import { libyara42Lacks } from "./libyara-4.2.ts";
import type { Target } from "./target.ts";
import { yaraXLacks } from "./yara-x.ts";

/** Modules of YARA as it is built by default, and those that a builder must ask for. */
const MODULES_4_2 = [
  "pe",
  "elf",
  "math",
  "time",
  "console",
  "hash",
  "dotnet",
  "macho",
  "dex",
  "cuckoo",
  "magic",
];
const MODULES_4_5 = [...MODULES_4_2, "string"];

export const TARGETS: readonly Target[] = [
  {
    name: "clamav",
    about: "ClamAV 1.x, which reads the language of YARA 3.3 without modules",
    modules: [],
    lacksExternals: true,
    endings: [".yar", ".yara"],
    lacks: clamavLacks,
    edits: editsForClamav,
    check: checkWithClamav,
  },
  {
    name: "libyara-4.2",
    about: "YARA 4.2, as in Debian 12",
    modules: MODULES_4_2,
    lacks: libyara42Lacks,
    check: (index, signal) => checkWithYara(index, signal, /^4\.[012]\./),
  },
  {
    name: "libyara-4.5",
    about: "YARA 4.5 with all its modules",
    modules: MODULES_4_5,
    lacks: () => [],
    check: (index, signal) => checkWithYara(index, signal, /^4\.[5-9]\./),
  },
  {
    name: "libyara-no-cuckoo",
    about: "YARA 4.5 without the module cuckoo, as most builds are",
    modules: MODULES_4_5.filter((module) => module !== "cuckoo"),
    lacks: () => [],
    check: (index, signal) => checkWithYara(index, signal, /^4\.[5-9]\./),
  },
  {
    name: "yara-x",
    about: "YARA-X 1.x",
    modules: [
      "pe",
      "elf",
      "macho",
      "dotnet",
      "dex",
      "lnk",
      "crx",
      "hash",
      "math",
      "string",
      "time",
      "console",
      "cuckoo",
    ],
    lacks: yaraXLacks,
    check: checkWithYaraX,
  },
];

/** Makes one target of several: it lacks what any of them lacks. @param names of TARGETS, at least one */
export function commonTarget(names: readonly string[]): Target {
  const [first, ...others] = TARGETS.filter(({ name }) => names.includes(name)) as [Target, ...Target[]];
  return others.reduce(both, first);
}

function both(a: Target, b: Target): Target {
  return {
    name: `${a.name}, ${b.name}`,
    about: `${a.about}; ${b.about}`,
    modules: a.modules.filter((module) => b.modules.includes(module)),
    ...((a.lacksExternals || b.lacksExternals) && { lacksExternals: true }),
    lacks: (rule) => [...new Set([...a.lacks(rule), ...b.lacks(rule)])],
    edits: (rule) => [...(a.edits?.(rule) ?? []), ...(b.edits?.(rule) ?? [])],
    async check(index, signal) {
      const first = await a.check?.(index, signal);
      if (first && first.refused.length > 0) return first;
      const second = await b.check?.(index, signal);
      if (!first || !second) return first ?? second;
      return {
        by: second.refused.length > 0 ? second.by : `${first.by}, ${second.by}`,
        refused: second.refused,
      };
    },
  };
}
