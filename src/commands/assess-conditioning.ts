/** `assess conditioning`: entropy of a conditioning component's output. */
import { command } from "#kit/term/command.ts";
import { EXIT } from "#kit/term/exit.ts";
import { flag, type OptionsOf } from "#kit/term/flags.ts";
import type { Io } from "#kit/term/io.ts";
import { assessFile } from "../assessment/assess-file.ts";
import { assessNonVetted, assessVetted, type ConditioningReport } from "../assessment/conditioning.ts";
import { conditioningText } from "../assessment/conditioning-text.ts";
import { showProgress } from "../assessment/running.ts";
import { MOST_BITS } from "../conditioning/output-entropy.ts";
import { UsageError } from "../errors.ts";
import { LAYOUT_FLAGS, layoutOf, parseBits } from "./assess-flags.ts";
import { FINDINGS } from "./exits.ts";

const FLAGS = {
  nIn: flag.count(1, MOST_BITS, { required: true, about: "Bits of input of one call (needed)" }),
  nOut: flag.count(1, MOST_BITS, { required: true, about: "Bits of output of one call (needed)" }),
  nw: flag.count(1, MOST_BITS, { required: true, about: "Narrowest internal width, bits (needed)" }),
  hIn: flag.value(parseBits, {
    hint: "H",
    required: true,
    about: "Min-entropy of the input of one call, bits (needed)",
  }),
  vetted: flag.switch({ about: "The component is one of SP 800-90B 3.1.5.1.1: so it is by default" }),
  nonVetted: flag.switch({ about: "The component is another one; needs --h-prime or --data" }),
  hPrime: flag.value(parseBits, {
    hint: "H",
    about: "Min-entropy per bit of the output, 0 to 1, from `assess --conditioned`",
  }),
  data: flag.file({ about: "Output of the component, to assess h' from; - for standard input" }),
  iid: flag.switch({ about: "Assess the data of --data on the IID track" }),
  ...LAYOUT_FLAGS,
  json: flag.switch({ about: "Write JSON" }),
};

export const assessConditioning = command({
  name: "assess conditioning",
  description: "Compute the entropy of a conditioning component's output, as ea_conditioning does",
  details: [
    "A vetted component has Output_Entropy of SP 800-90B 3.1.5.1.2; another one the least of that, 0.999 of n_out, and h' times n_out. Where the figure is rounded to n_out, epsilon says how far from it the value is.",
  ],
  flags: FLAGS,
  examples: [
    "esoteric-entropy assess conditioning --n-in 512 --n-out 256 --nw 256 --h-in 320",
    "esoteric-entropy assess conditioning --non-vetted --n-in 64 --n-out 32 --nw 32 --h-in 40 --data output.bin",
  ],
  seeAlso: ["assess"],
  check({ nIn, hIn, vetted, nonVetted, hPrime, data, iid }, given) {
    if (!(hIn > 0)) throw new UsageError("--h-in: an input without entropy has no output with any");
    if (hIn > nIn) throw new UsageError(`--h-in: ${hIn} bits are more than the ${nIn} bits of --n-in`);
    if (hPrime !== undefined && hPrime > 1) throw new UsageError(`--h-prime: ${hPrime} is more than a bit`);
    if (vetted && nonVetted) throw new UsageError("--vetted and --non-vetted exclude each other");
    const sources = [hPrime, data].filter((source) => source !== undefined).length;
    if (nonVetted && sources !== 1) throw new UsageError("--non-vetted needs one of --h-prime and --data");
    if (!nonVetted && sources > 0) throw new UsageError("--h-prime and --data are for --non-vetted");
    const ofData = ["bitsPerSymbol", "inputFormat", "range"].some((key) => given.has(key));
    if (data === undefined && (iid || ofData)) {
      throw new UsageError("--iid, --bits-per-symbol, --input-format and --range are for --data");
    }
  },
  judges: true,
  async run(options, io) {
    const report = await reportOf(options, io);
    await io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : conditioningText(report, io));
    return report.passed === false ? FINDINGS : EXIT.ok;
  },
});

async function reportOf(options: OptionsOf<typeof FLAGS>, io: Io): Promise<ConditioningReport> {
  const { nIn, nOut, nw, hIn, nonVetted, hPrime, data, iid } = options;
  const component = { nIn, nOut, nw, hIn };
  if (!nonVetted) return assessVetted(component);
  if (data === undefined) return assessNonVetted(component, hPrime!);
  const request = {
    layout: layoutOf(options),
    track: iid ? "iid" : "non-iid",
    conditioned: true,
    truncate: false,
    details: false,
  } as const;
  const assessed = await showProgress(io, (running) => assessFile(data, request, running));
  return assessNonVetted(component, assessed);
}
