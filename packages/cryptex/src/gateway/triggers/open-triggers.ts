/** Triggers in the store: made, listed, removed, tried; each has a courier while the gateway runs. */
import { type NewTrigger, type TriggerRow, TriggerRows } from "../../cryptex-store/trigger-rows.ts";
import { ServiceError } from "../service-error.ts";
import { Turns } from "../turns.ts";
import { type Clock, Courier, type CourierDeps } from "./courier.ts";
import { deliver } from "./deliver.ts";
import { checkSecret, newSecret } from "./signature.ts";
import {
  type MadeTrigger,
  TEST,
  type Trigger,
  type TriggerOrder,
  type Triggers,
  type TriggerTest,
} from "./triggers.ts";

export interface TriggersOptions extends Omit<CourierDeps, "rows" | "clock" | "random"> {
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Each looks at every frame. */
const MOST_TRIGGERS = 100;
/** Time that a frame waits for others, so that a burst is looked at once. */
const GATHER_MS = 50;
/** Frames about triggers start none: two triggers would keep each other going without end. */
const OWN_TYPE = "trigger";

const CLOCK: Clock = {
  now: Date.now,
  after(milliseconds, act) {
    const timer = setTimeout(act, Math.min(milliseconds, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
/** Longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function openTriggers(options: TriggersOptions): Triggers {
  return new StoredTriggers(options);
}

class StoredTriggers implements Triggers {
  readonly #deps: CourierDeps;
  readonly #couriers = new Map<string, Courier>();
  readonly #tests = new Turns("tests of triggers", 4, 16);
  #isRunning = false;
  #unfollow: (() => void) | undefined;
  #callOff: (() => void) | undefined;

  constructor(private readonly options: TriggersOptions) {
    const { store, clock = CLOCK, random = Math.random } = options;
    this.#deps = { ...options, rows: new TriggerRows(store), clock, random };
  }

  list(): Trigger[] {
    return this.#deps.rows.all().map((row) => this.#shown(row));
  }

  get(id: string): Trigger {
    return this.#shown(this.#row(id));
  }

  add({ url, types = ["match"], scan, rule, tag, secret }: TriggerOrder): MadeTrigger {
    const { rows, targets, clock } = this.#deps;
    const { journal } = this.options;
    const { href } = targets.check(url);
    if (types.length === 0 || types.includes(OWN_TYPE) || types.includes(TEST))
      throw new ServiceError("invalid", `types: at least one, and neither ${OWN_TYPE} nor ${TEST}`);
    if (secret !== undefined) checkSecret(secret);
    if (scan !== undefined && !journal.scan(scan))
      throw new ServiceError("not-found", "there is no such scan");
    if (rows.all().length >= MOST_TRIGGERS)
      throw new ServiceError("busy", `there are ${MOST_TRIGGERS} triggers already: remove one first`);
    const made: NewTrigger = {
      id: Bun.randomUUIDv7("hex", clock.now()),
      created: clock.now(),
      url: href,
      types: JSON.stringify([...new Set(types)]),
      scan: scan ?? null,
      rule: rule ?? null,
      tag: tag ?? null,
      secret: secret ?? newSecret(),
      position: journal.bounds().last,
    };
    rows.add(made);
    const row = this.#row(made.id);
    if (this.#isRunning) this.#send(row);
    return { ...this.#shown(row), ...(secret === undefined && { secret: made.secret }) };
  }

  remove(id: string): void {
    if (!this.#deps.rows.remove(id)) throw noTrigger();
    const courier = this.#couriers.get(id);
    this.#couriers.delete(id);
    void courier?.stop();
    if (this.#couriers.size === 0) this.#follow(false);
  }

  async test(id: string, signal: AbortSignal): Promise<TriggerTest> {
    const { targets, clock } = this.#deps;
    const { url, secret } = this.#row(id);
    const target = targets.check(url);
    return await this.#tests.take(async () => {
      const now = clock.now();
      const key = `${TEST}-${Bun.randomUUIDv7("hex", now)}`;
      const body = JSON.stringify({
        seq: 0,
        time: new Date(now).toISOString(),
        type: TEST,
        scan: null,
        trigger: id,
      });
      const settings = { ...this.#deps, isPrivate: targets.isPrivate };
      const { delivered, status, error } = await deliver(
        { url: target, key, body, secret, now },
        settings,
        signal,
      );
      if (delivered) this.#couriers.get(id)?.goOn();
      return { delivered, status, error };
    }, signal);
  }

  start(): void {
    this.#isRunning = true;
    for (const row of this.#deps.rows.all()) this.#send(row);
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#follow(false);
    const couriers = [...this.#couriers.values()];
    this.#couriers.clear();
    await Promise.all(couriers.map((courier) => courier.stop()));
  }

  #send(row: TriggerRow): void {
    const courier = new Courier(row, this.#deps);
    this.#couriers.set(row.id, courier);
    this.#follow(true);
    courier.look();
  }

  /** Hears of writes as long as there is a trigger. */
  #follow(on: boolean): void {
    if (on) {
      this.#unfollow ??= this.options.journal.onWritten(() => {
        this.#callOff ??= this.#deps.clock.after(GATHER_MS, () => {
          this.#callOff = undefined;
          for (const courier of this.#couriers.values()) courier.look();
        });
      });
      return;
    }
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #row(id: string): TriggerRow {
    const row = this.#deps.rows.get(id);
    if (!row) throw noTrigger();
    return row;
  }

  #shown(row: TriggerRow): Trigger {
    const { number, id, created, url, types, scan, rule, tag, delivered, failed, paused } = row;
    return {
      ...{ id, url, types: JSON.parse(types), scan, rule, tag, createdAt: new Date(created).toISOString() },
      ...{ delivered, failed, waiting: this.#deps.rows.waiting(number), lastError: row.last_error, paused },
    };
  }
}

function noTrigger(): ServiceError {
  return new ServiceError("not-found", "there is no such trigger");
}
