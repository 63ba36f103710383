/**
 * Delivers the frames of one trigger. It follows the journal from a position of its own: the position moves in the transaction that writes down which
 * frames wait, so that none is lost and none taken twice. Where many wait it looks no further, and the journal keeps the others.
 */
import type { Store } from "../../cryptex-store/store.ts";
import type { DeliveryRow, TriggerRow, TriggerRows } from "../../cryptex-store/trigger-rows.ts";
import type { Journal, JournalFrame } from "../../results/journal.ts";
import { ServiceError } from "../service-error.ts";
import { type DeliverSettings, deliver, type Outcome } from "./deliver.ts";
import { MOST_TRIES, pauseAfter } from "./pauses.ts";
import type { Targets } from "./targets.ts";

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @returns a function that calls it off */
  after(milliseconds: number, act: () => void): () => void;
}

export interface CourierDeps extends Omit<DeliverSettings, "isPrivate"> {
  readonly journal: Journal;
  /** The journal's. */
  readonly store: Store;
  readonly rows: TriggerRows;
  readonly targets: Targets;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Told of a failure of the store. */
  readonly warn: (message: string) => void;
}

/** Frames of one trigger that wait in the store. */
export const MOST_WAITING = 10_000;
/** Frames that are on their way at a time, as long as all goes well; else one. */
const AT_ONCE = 8;
/** Lines of the journal that are read at a time. */
const PAGE = 500;
/** Lines without a frame for this trigger after which the position is written down all the same. */
const PLAIN_LINES = 10_000;
/** Time for which a delivery is this program's: twice what a try takes at most. A program that is killed meanwhile leaves it due after that. */
const CLAIM_MS = 30_000;
/** Failures in a row beyond which the rest between tries of different frames does not grow: it is 80 s then. */
const GROWING_RESTS = 5;
const STORE_REST_MS = 10_000;
const GONE = 410;

interface Settled {
  readonly of: number;
  readonly state: "delivered" | "failed";
  readonly write: () => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Courier {
  readonly #closing = new AbortController();
  readonly #sending = new Map<number, Promise<void>>();
  #settled: Settled[] = [];
  readonly #types: readonly string[];
  /** Frames up to it have been looked at; may be ahead of what is written down, if there was none for this trigger. */
  #position: number;
  #written: number;
  #failures = 0;
  #restUntil = 0;
  #isPaused: boolean;
  #callOff: () => void = () => undefined;

  constructor(
    private readonly trigger: TriggerRow,
    private readonly deps: CourierDeps,
  ) {
    this.#types = JSON.parse(trigger.types);
    this.#position = trigger.position;
    this.#written = trigger.position;
    this.#isPaused = trigger.paused !== null;
  }

  /** Takes what is new, and sends what is due. */
  look(): void {
    if (this.#closing.signal.aborted) return;
    this.#callOff();
    try {
      this.#takeFrames();
      if (!this.#isPaused) this.#sendDue();
    } catch (error) {
      this.#troubled(error);
    }
  }

  /** Goes on after a pause. @throws StoreError */
  goOn(): void {
    if (!this.#isPaused) return;
    this.deps.rows.pause(this.trigger.number, null, this.deps.clock.now());
    this.#isPaused = false;
    this.#failures = 0;
    this.#restUntil = 0;
    this.look();
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#callOff();
    await Promise.all(this.#sending.values());
    if (this.#position > this.#written) this.#quietly(() => this.#take([]));
  }

  #takeFrames(): void {
    const { journal, rows } = this.deps;
    const { number, scan } = this.trigger;
    for (;;) {
      const { first, last } = journal.bounds();
      if (this.#position >= last) return;
      const room = MOST_WAITING - rows.waiting(number);
      if (room <= 0) return;
      if (first > this.#position + 1)
        rows.say(number, `lines up to ${first - 1} left the journal before they were looked at`);
      const limit = Math.min(PAGE, room);
      const query = { after: this.#position, types: this.#types, limit };
      const frames = journal.frames({ ...query, ...(scan !== null && { scan }) });
      const seqs = frames.filter((frame) => this.#isMeant(frame)).map(({ seq }) => seq);
      const seen = frames.at(-1)?.seq ?? 0;
      this.#position = frames.length === limit ? seen : Math.max(seen, last);
      if (seqs.length > 0 || this.#position > this.#written + PLAIN_LINES) this.#take(seqs);
    }
  }

  #take(seqs: readonly number[]): void {
    const { rows, clock } = this.deps;
    const { number, id } = this.trigger;
    const isNext = rows.take(number, this.#written, this.#position, seqs, clock.now());
    // Else another program that uses the store has taken some of them.
    if (!isNext) this.#position = rows.get(id)?.position ?? Number.MAX_SAFE_INTEGER;
    this.#written = this.#position;
  }

  #isMeant({ text }: JournalFrame): boolean {
    const { rule, tag } = this.trigger;
    if (rule === null && tag === null) return true;
    const frame = JSON.parse(text) as { rule?: unknown; tags?: readonly unknown[] };
    return (rule === null || frame.rule === rule) && (tag === null || frame.tags?.includes(tag) === true);
  }

  #sendDue(): void {
    const { rows, clock } = this.deps;
    const { number } = this.trigger;
    const now = clock.now();
    const room = (this.#failures === 0 ? AT_ONCE : 1) - this.#sending.size;
    if (now >= this.#restUntil && room > 0) {
      const due = rows.due(number, now, AT_ONCE + room).filter(({ seq }) => !this.#sending.has(seq));
      for (const row of rows.claim(number, due.slice(0, room), now + CLAIM_MS)) {
        const work = this.#send(row).finally(() => {
          this.#sending.delete(row.seq);
          this.look();
        });
        this.#sending.set(row.seq, work);
      }
    }
    const next = rows.nextDue(number);
    if (next !== undefined && this.#sending.size === 0)
      this.#callOff = clock.after(Math.max(next, this.#restUntil) - now, () => this.look());
  }

  async #send(row: DeliveryRow): Promise<void> {
    const { journal, rows, clock } = this.deps;
    const { number, id, secret } = this.trigger;
    try {
      const [frame] = journal.frames({ after: row.seq - 1, limit: 1 });
      if (frame?.seq !== row.seq) {
        return await this.#giveUp(row, "it left the journal before it could be delivered");
      }
      const now = clock.now();
      const delivery = { key: `${id}-${row.seq}`, body: frame.text, secret, now };
      const outcome = await this.#try(delivery);
      if (outcome.delivered) {
        await this.#settle(row.seq, "delivered", () => rows.delivered(number, row.seq, clock.now()));
        this.#failures = 0;
        this.#restUntil = 0;
      } else await this.#failed(row, outcome, row.first_try ?? now);
    } catch (error) {
      if (!this.#closing.signal.aborted) return this.#troubled(error);
      // Not settled: it is due at the next start.
      this.#quietly(() => rows.later(number, row));
    }
  }

  async #try(delivery: Omit<Parameters<typeof deliver>[0], "url">): Promise<Outcome> {
    const { targets } = this.deps;
    let url: URL;
    try {
      // The gateway may have been started with fewer addresses since.
      url = targets.check(this.trigger.url);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.#pause(`the address is not allowed any more: ${error.message}`);
      return { delivered: false, status: null, error: error.message };
    }
    const settings = { ...this.deps, isPrivate: targets.isPrivate };
    return await deliver({ ...delivery, url }, settings, this.#closing.signal);
  }

  async #failed(
    row: DeliveryRow,
    { status, error, retryAfterMs = 0 }: Outcome,
    firstTry: number,
  ): Promise<void> {
    const { rows, clock, random } = this.deps;
    const { number, id } = this.trigger;
    const now = clock.now();
    const chance = random();
    const tries = row.tries + 1;
    this.#failures += 1;
    this.#restUntil = now + pauseAfter(Math.min(this.#failures, GROWING_RESTS), chance);
    if (status === GONE) this.#pause("the receiver says that it is gone: 410");
    if (tries < MOST_TRIES) {
      const due =
        now + Math.max(pauseAfter(tries, chance), Math.min(retryAfterMs, pauseAfter(MOST_TRIES, 0)));
      rows.later(number, { ...row, tries, first_try: firstTry, due }, error!);
      return;
    }
    await this.#giveUp(row, error!);
    const lastSuccess = rows.get(id)?.last_success ?? 0;
    if (lastSuccess < firstTry)
      this.#pause(`nothing was delivered for the ${MOST_TRIES} tries of a frame: ${error}`);
  }

  #giveUp({ seq }: DeliveryRow, error: string): Promise<void> {
    return this.#settle(seq, "failed", () => this.deps.rows.failed(this.trigger.number, seq, error));
  }

  /** Writes down what came of a delivery, together with others that come to their end in this turn. */
  #settle(of: number, state: Settled["state"], write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settled.push({ of, state, write, resolve, reject });
      if (this.#settled.length === 1) setImmediate(() => this.#writeSettled());
    });
  }

  #writeSettled(): void {
    const { store, journal } = this.deps;
    const settled = this.#settled;
    this.#settled = [];
    try {
      store.write(() => {
        for (const { of, state, write } of settled) {
          write();
          journal.note({ type: "trigger", trigger: this.trigger.id, state, of });
        }
      });
      for (const { resolve } of settled) resolve();
    } catch (error) {
      for (const { reject } of settled) reject(error);
    }
  }

  #pause(reason: string): void {
    this.deps.rows.pause(this.trigger.number, reason, this.deps.clock.now());
    this.#isPaused = true;
  }

  /** The store fails: what was claimed comes up again by itself. */
  #troubled(error: unknown): void {
    const { clock, warn } = this.deps;
    warn(`the trigger ${this.trigger.id} is held up: ${String(error)}`);
    this.#restUntil = clock.now() + STORE_REST_MS;
    this.#callOff = clock.after(STORE_REST_MS, () => this.look());
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.deps.warn(`the trigger ${this.trigger.id}: ${String(error)}`);
    }
  }
}
