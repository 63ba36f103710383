/** The flags of the health tests on demand: `assess --health`, `pool --health`. */
import { type Candidate, completeList } from "#kit/term/candidates.ts";
import { flag, group } from "#kit/term/flags.ts";
import { FAULTS, type Fault, parseFaults } from "../drill/faults.ts";
import { UsageError } from "../errors.ts";

export const INDUCE_FLAGS = group("Health tests", {
  induce: flag.value(parseInduced, {
    hint: "LIST",
    default: "",
    about:
      "With --health: lay faults over the noise, as stuck,period:5000, or all, and show which tests find them",
    complete: (typed: string) => completeList(typed, () => INDUCIBLE),
  }),
});

const INDUCIBLE: readonly Candidate[] = [
  { value: "all", description: "every fault" },
  ...FAULTS.map(({ name, about }) => ({ value: name, description: about })),
];

/** @throws UsageError for what is no fault of symbols */
function parseInduced(text: string, name: string): readonly Fault[] {
  if (text.trim() === "") return [];
  if (text.trim() === "all") return FAULTS;
  const { symbols, answers } = parseFaults(text, name);
  const [answer] = answers;
  const overclaim = symbols.find((fault) => fault.overclaims);
  if (answer !== undefined || overclaim) {
    throw new UsageError(`${name}: '${answer ?? overclaim!.name}' is no fault of symbols`, [
      `'esoteric-entropy drill --fault ${answer ?? overclaim!.name}' plays it`,
    ]);
  }
  return symbols;
}
