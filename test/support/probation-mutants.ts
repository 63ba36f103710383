/** Payers that are broken in one way each. The drill must catch them all. */
import type { Role } from "../../src/drill/play.ts";
import type { HealthFailure } from "../../src/health/health-tests.ts";
import { Account } from "../../src/pool/account.ts";
import {
  type Judgement,
  Probation,
  type ProbationOptions,
  type Released,
} from "../../src/sampling/probation.ts";
import { type RawTrace, SAMPLE_BYTES, traceBytes } from "../../src/trace.ts";

/** A block, by its position since the source was first sampled. */
interface Block {
  readonly from: number;
  readonly until: number;
  readonly assessedH: number;
  readonly price: number;
}

/** Prices what an honest probation releases anew. */
abstract class Repricing extends Probation {
  readonly claim: number;
  readonly blocks: Block[] = [];
  #fed = 0;
  #released = 0;

  constructor(options: ProbationOptions) {
    super(options);
    this.claim = options.claim;
  }

  override observe(trace: RawTrace, payable: number): Judgement {
    const judgement = super.observe(trace, payable);
    for (const { until, assessedH, price } of judgement.blocks) {
      const end = this.#fed + until;
      const from = Math.max(this.blocks.at(-1)?.until ?? 0, end - 4_096);
      this.blocks.push({ from, until: end, assessedH, price });
    }
    this.#fed += trace.samples.length;
    const alarm = judgement.failure ?? judgement.warning;
    return { ...judgement, released: judgement.released.map((part) => this.#again(part, alarm)) };
  }

  #again(part: Released, alarm: HealthFailure | undefined): Released {
    const from = this.#released;
    this.#released += part.samples.length / SAMPLE_BYTES;
    const index = this.blocks.findIndex((block) => block.until >= this.#released && block.from <= from);
    return { ...part, bitsPerSample: this.priced(part.bitsPerSample, index, alarm) };
  }

  /** @param index of the block that the samples belong to; −1 for none @returns bits for each sample */
  abstract priced(honest: number, index: number, alarm: HealthFailure | undefined): number;
}

class PaysTheWholeEstimate extends Repricing {
  priced(honest: number, index: number): number {
    return honest > 0 ? Math.min(this.claim, this.blocks[index]!.assessedH) : 0;
  }
}

class IgnoresTheEstimate extends Repricing {
  priced(_: number, index: number): number {
    return index < 0 ? 0 : this.claim;
  }
}

class PaysByTheBlockAfter extends Repricing {
  priced(honest: number, index: number): number {
    return this.blocks[index + 1]?.price ?? honest;
  }
}

/** As before the payment in arrears: the whole slice by the estimate at its end. */
class PaysByTheEndOfTheSlice extends Repricing {
  priced(_: number, index: number): number {
    return index < 0 ? 0 : this.blocks.at(-1)!.price;
  }
}

class PaysWhatAnAlarmForfeits extends Repricing {
  priced(honest: number, _: number, alarm: HealthFailure | undefined): number {
    return alarm && honest === 0 ? this.claim : honest;
  }
}

/** Keeps nothing back: pays each trace when it comes. */
class PaysAtOnce extends Probation {
  constructor(private readonly options: ProbationOptions) {
    super(options);
  }

  override observe(trace: RawTrace, payable: number): Judgement {
    const samples = traceBytes(trace).slice();
    const judgement = super.observe(trace, payable);
    const bitsPerSample = judgement.state === "healthy" ? this.options.claim : 0;
    return { ...judgement, released: [{ samples, bitsPerSample }] };
  }

  override forfeit(): Released[] {
    super.forfeit();
    return [];
  }
}

/** Pays a block when it is over, before the block after it has passed. */
class PaysWithoutWaiting extends Probation {
  #held: Uint8Array[] = [];

  override observe(trace: RawTrace, payable: number): Judgement {
    const bytes = traceBytes(trace).slice();
    const judgement = super.observe(trace, payable);
    const released: Released[] = [];
    let from = 0;
    for (const { until, price } of judgement.blocks) {
      this.#held.push(bytes.subarray(from, until * SAMPLE_BYTES));
      released.push(...this.#held.map((samples) => ({ samples, bitsPerSample: price })));
      this.#held = [];
      from = until * SAMPLE_BYTES;
    }
    this.#held.push(bytes.subarray(from));
    if (judgement.failure || judgement.state === "starting") released.push(...this.forfeit());
    return { ...judgement, released };
  }

  override forfeit(): Released[] {
    super.forfeit();
    return this.#held.splice(0).map((samples) => ({ samples, bitsPerSample: 0 }));
  }
}

/** Counts credit on for a source that has failed. */
class KeepsCredit extends Account {
  override forfeit(): void {}
}

interface Mutant {
  readonly role: Pick<Role, "makeProbation" | "makeAccount">;
  /** Recordings over each of which the drill must catch it, and faults of which one must. */
  readonly by: readonly string[];
  readonly faults: string;
}

const paying = (Broken: new (options: ProbationOptions) => Probation): Mutant["role"] => ({
  makeProbation: (options) => new Broken(options),
});

const QUICK = ["dram_row_buffer", "page_fault_timing"];
/** Over others the estimate of short blocks is so low that all of it may be paid. */
const WELL_ASSESSED = ["page_fault_timing", "mach_timing", "jitter_loop"];
const SLOW = ["sleep_jitter", "mprotect_timing"];

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  "pays at once": { role: paying(PaysAtOnce), by: [...QUICK, ...SLOW], faults: "counter" },
  "pays without waiting": { role: paying(PaysWithoutWaiting), by: [...QUICK, ...SLOW], faults: "counter" },
  "pays by the block after": {
    role: paying(PaysByTheBlockAfter),
    by: [...QUICK, ...SLOW],
    faults: "outages",
  },
  "pays by the end of the slice": {
    role: paying(PaysByTheEndOfTheSlice),
    by: QUICK,
    faults: "outages,burst",
  },
  "pays the whole estimate": {
    role: paying(PaysTheWholeEstimate),
    by: WELL_ASSESSED,
    faults: "overclaim",
  },
  "ignores the estimate": {
    role: paying(IgnoresTheEstimate),
    by: [...QUICK, ...SLOW],
    faults: "period:5000",
  },
  "pays what an alarm forfeits": {
    role: paying(PaysWhatAnAlarmForfeits),
    by: SLOW,
    faults: "period:2,period:3,stuck",
  },
  "keeps the credit of a failed source": {
    role: { makeAccount: (ledger, reservoir) => new KeepsCredit(ledger, reservoir) },
    by: [...QUICK, ...SLOW],
    faults: "stuck",
  },
};
