/** Compares A and B source by source. */
import { availableParallelism } from "node:os";
import { formatCount, plural } from "#kit/format/numbers.ts";
import type { Calibration } from "../../calibration/profile.ts";
import { InputError } from "../../errors.ts";
import type { RecordingFile } from "../../recording/manifest-file.ts";
import { shared, TestThreads } from "../../report/threads/test-threads.ts";
import { LEAST_SAMPLES, TESTS } from "../../stats/two-sample/two-samples.ts";
import { symbolsOfBytes } from "../../trace.ts";
import type { Evidence } from "../find-evidence.ts";
import type { Assessed, Bounds, Comparison, Looked, Side, SourceComparison, Verdict } from "./comparison.ts";
import { differencesOf, stepRatio } from "./differences.ts";
import { historyOf, partText } from "./history.ts";
import { BOUNDS, judgeAssessed, judgeSamples, LEVEL } from "./judge.ts";
import { type TakenSamples, takeSamples } from "./samples-file.ts";

export interface CompareOptions {
  /** Every difference counts that chance does not explain, however small. */
  readonly anyDifference: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (source: string, done: number, of: number) => void;
  /** Samples to take of a recording at most; tests take fewer. */
  readonly mostSamples?: number;
}

/** Changes with a smaller Cliff's delta are not reported: "negligible" after J. Romano et al., 2006 (|δ| < 0.147). */
const LEAST_CHANGE = 0.147;

/** @throws the signal's reason; InputError where there is too little memory. What is wrong with one source is said in its words. */
export async function compareEvidence(
  a: Evidence,
  b: Evidence,
  options: CompareOptions,
): Promise<Comparison> {
  const [inA, inB] = [partsOf(a), partsOf(b)];
  const ids = [...inA.keys()].filter((id) => inB.has(id)).sort();
  const tested = ids.filter((id) => [inA, inB].every((side) => side.get(id)?.kind === "recording"));
  const tests = TESTS * tested.length;
  const perTest = LEVEL / Math.max(1, tests);
  const bounds = options.anyDifference ? null : BOUNDS;
  const sources: SourceComparison[] = [];
  using threads = new TestThreads(availableParallelism(), options.signal);
  for (const id of ids) {
    options.signal.throwIfAborted();
    options.onProgress(id, sources.length, ids.length);
    sources.push(await compareSource(id, inA.get(id)!, inB.get(id)!, { threads, perTest, bounds, options }));
  }
  const onlyInA = [...inA.keys()].filter((id) => !inB.has(id)).sort();
  const onlyInB = [...inB.keys()].filter((id) => !inA.has(id)).sort();
  const verdict = verdictOf(sources);
  return {
    schema: 1,
    a: sideOf(a, inA),
    b: sideOf(b, inB),
    verdict,
    conclusion: conclusionOf(verdict, sources),
    falseAlarms: { level: LEVEL, tests, perTest },
    bounds,
    differences: [...new Set(sources.flatMap(({ differences }) => differences))],
    sources,
    onlyInA,
    onlyInB,
    remarks: [a, b].flatMap(({ remarks }) => remarks),
  };
}

/** Holds what one side knows about a source. */
type Part =
  | { readonly kind: "recording"; readonly recording: RecordingFile }
  | { readonly kind: "calibration"; readonly calibration: Calibration; readonly profile: Profile };
type Profile = Extract<Evidence, { kind: "profile" }>["profile"];

function partsOf(side: Evidence): Map<string, Part> {
  if (side.kind === "recordings") {
    return new Map([...side.recordings].map(([id, recording]) => [id, { kind: "recording", recording }]));
  }
  const { profile } = side;
  return new Map(
    [...profile.sources].map(([id, calibration]) => [id, { kind: "calibration", calibration, profile }]),
  );
}

interface Surroundings {
  readonly threads: TestThreads;
  readonly perTest: number;
  readonly bounds: Bounds | null;
  readonly options: CompareOptions;
}

async function compareSource(
  id: string,
  a: Part,
  b: Part,
  surroundings: Surroundings,
): Promise<SourceComparison> {
  const differences = differencesOf(madeBy(a), madeBy(b));
  const rateHz = ratesOf(a, b);
  const cannot = (why: string): SourceComparison => ({
    id,
    verdict: "cannot say",
    words: `cannot say: ${why}`,
    notes: [],
    differences,
    rateHz,
  });
  const [bitsA, bitsB] = [symbolBitsOf(a), symbolBitsOf(b)];
  if (bitsA !== bitsB) return cannot(`symbols of ${plural(bitsA, "bit")} and of ${plural(bitsB, "bit")}`);
  try {
    const base = { id, differences, rateHz };
    return a.kind === "recording" && b.kind === "recording"
      ? { ...base, ...(await ofRecordings(a.recording, b.recording, base, surroundings)) }
      : { ...base, ...(await ofAssessed(a, b, base, surroundings)) };
  } catch (error) {
    surroundings.options.signal.throwIfAborted();
    if (error instanceof InputError) return cannot(error.message);
    throw error;
  }
}

type Found = Omit<SourceComparison, "id" | "differences" | "rateHz">;
type Base = Pick<SourceComparison, "differences" | "rateHz">;

async function ofRecordings(
  a: RecordingFile,
  b: RecordingFile,
  { differences, rateHz }: Base,
  { threads, perTest, bounds, options }: Surroundings,
): Promise<Found> {
  const { source } = a.manifest;
  if (source.unit !== b.manifest.source.unit) {
    return {
      verdict: "cannot say",
      words: `cannot say: ${source.unit} and ${b.manifest.source.unit}`,
      notes: [],
    };
  }
  const least = Math.min(a.manifest.samples, b.manifest.samples);
  if (least < LEAST_SAMPLES) {
    const words = `cannot say: too few samples, ${formatCount(least)}; ${formatCount(LEAST_SAMPLES)} are the least`;
    return { verdict: "cannot say", words, notes: [] };
  }
  const takenA = await takeSamples(a, options.signal, options.mostSamples);
  const takenB = await takeSamples(b, options.signal, options.mostSamples);
  const result = await threads.run({
    kind: "two-samples",
    a: takenA.bytes,
    b: takenB.bytes,
    symbolBits: source.symbolBits,
    level: perTest,
    unitRatio: stepRatio(a.manifest, b.manifest),
    leastEffect: LEAST_CHANGE,
  });
  const looked = (
    figures: typeof result.a,
    { manifest }: RecordingFile,
    { isVerified }: TakenSamples,
  ): Looked => ({
    ...figures,
    recorded: manifest.samples,
    isVerified,
  });
  const tick = ({ manifest }: RecordingFile) =>
    source.unit === "ticks" ? (manifest.clock?.periodNs ?? null) : null;
  const samples = {
    unit: source.unit,
    tickNs: [tick(a), tick(b)] as const,
    a: looked(result.a, a, takenA),
    b: looked(result.b, b, takenB),
    tests: result.tests,
    histogram: result.histogram,
  };
  const { notes, ...judged } = judgeSamples(samples, rateHz, differences, perTest, bounds);
  return {
    ...judged,
    notes: [
      ...notes,
      ...historyOf("a", a, takenA, samples.a, perTest, LEAST_CHANGE),
      ...historyOf("b", b, takenB, samples.b, perTest, LEAST_CHANGE),
    ],
    samples,
  };
}

/** A profile keeps the assessed entropy, no samples: a recording on the other side is assessed as the profile's were. */
async function ofAssessed(
  a: Part,
  b: Part,
  { differences, rateHz }: Base,
  surroundings: Surroundings,
): Promise<Found> {
  const assessed = [await assessedOf(a, b, surroundings), await assessedOf(b, a, surroundings)] as const;
  const { notes, ...judged } = judgeAssessed(assessed, rateHz, differences);
  const parts = assessed.flatMap(({ part }, i) => (part ? [partText(i === 0 ? "a" : "b", part)] : []));
  return { ...judged, notes: [...notes, ...parts], assessed };
}

/** As many symbols as `calibrate` assesses at most: a profile that says more was not made by it. */
const MOST_SYMBOLS = 1_000_000;
/** Stretches of a recording that are assessed, where it has as many, to see how far an estimate moves by itself. */
const STRETCHES = 3;

async function assessedOf(of: Part, other: Part, { threads, options }: Surroundings): Promise<Assessed> {
  if (of.kind === "calibration") {
    return { h: of.calibration.assessedH, spread: null, symbols: of.calibration.symbols };
  }
  const { manifest } = of.recording;
  const wanted =
    other.kind === "calibration" ? Math.min(other.calibration.symbols, MOST_SYMBOLS) : MOST_SYMBOLS;
  const length = Math.min(wanted, manifest.samples);
  if (length < 1_000)
    throw new InputError(`too few samples to assess, ${formatCount(length)}; 1,000 are the least`);
  const taken = await takeSamples(of.recording, options.signal, STRETCHES * length, length);
  const { symbolBits } = manifest.source;
  const symbols = symbolsOfBytes(taken.bytes, symbolBits);
  const count = Math.min(STRETCHES, Math.floor(symbols.length / length));
  const hs = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const part = shared(symbols.slice(i * length, (i + 1) * length));
      return (await threads.run({ kind: "assess", symbols: part, bitsPerSymbol: symbolBits })).minEntropy;
    }),
  );
  const h = hs.reduce((sum, one) => sum + one, 0) / count;
  const part = { samples: taken.samples, recorded: manifest.samples, stretches: taken.starts.length };
  return {
    h,
    spread: count > 1 ? [Math.min(...hs), Math.max(...hs)] : null,
    symbols: length,
    ...(!taken.isVerified && { part }),
  };
}

function madeBy(part: Part) {
  return part.kind === "recording" ? part.recording.manifest : part.profile;
}

function symbolBitsOf(part: Part): number {
  return part.kind === "recording" ? part.recording.manifest.source.symbolBits : part.calibration.symbolBits;
}

function ratesOf(a: Part, b: Part): readonly [number, number] | null {
  const [before, now] = [a, b].map((part) =>
    part.kind === "recording" ? part.recording.manifest.rateHz : part.calibration.rateHz,
  ) as [number, number];
  return before > 0 && now > 0 ? [before, now] : null;
}

function sideOf(side: Evidence, parts: ReadonlyMap<string, Part>): Side {
  const made = [...parts.values()].map(madeBy);
  const machines = new Set(
    made.map(({ machine }) => `${machine.cpu}, ${machine.os} ${machine.kernel}, ${machine.arch}`),
  );
  return {
    name: side.name,
    kind: side.kind === "profile" ? "profile" : side.place,
    sources: parts.size,
    machine:
      machines.size > 1
        ? `${machines.size} machines: ${[...machines].join("; ")}`
        : ([...machines][0] ?? "none"),
  };
}

function verdictOf(sources: readonly SourceComparison[]): Verdict {
  if (sources.some(({ verdict }) => verdict === "different")) return "different";
  return sources.length > 0 && sources.every(({ verdict }) => verdict === "same") ? "same" : "cannot say";
}

function conclusionOf(verdict: Verdict, sources: readonly SourceComparison[]): string {
  if (sources.length === 0) return "cannot say: A and B have no source in common";
  const named = (of: Verdict) => sources.filter((source) => source.verdict === of).map(({ id }) => id);
  const parts = [
    ...(named("different").length > 0 ? [`different: ${named("different").join(", ")}`] : []),
    ...(named("cannot say").length > 0 ? [`cannot say: ${named("cannot say").join(", ")}`] : []),
    ...(named("same").length > 0 ? [`the same: ${named("same").join(", ")}`] : []),
  ];
  return `${verdict === "same" ? "the same" : verdict}: of ${plural(sources.length, "source")}, ${parts.join("; ")}`;
}
