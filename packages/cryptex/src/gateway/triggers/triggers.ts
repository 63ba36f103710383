/** Web hooks: frames that are sent on to other programs. */

/** Type of the frame that a test sends. */
export const TEST = "test";

export interface TriggerOrder {
  readonly url: string;
  /** Types of frames; by default `match`. */
  readonly types?: readonly string[];
  /** Id of the scan that they belong to. */
  readonly scan?: string;
  readonly rule?: string;
  readonly tag?: string;
  /** Signs the deliveries; by default one is made. */
  readonly secret?: string;
}

export interface Trigger {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly scan: string | null;
  readonly rule: string | null;
  readonly tag: string | null;
  readonly createdAt: string;
  /** Frames that were delivered, given up, and that wait. */
  readonly delivered: number;
  readonly failed: number;
  readonly waiting: number;
  readonly lastError: string | null;
  /** Why nothing is sent at present; null while it is. A test that is delivered ends it. */
  readonly paused: string | null;
}

/** With the secret, which is shown once, if it was made here. */
export interface MadeTrigger extends Trigger {
  readonly secret?: string;
}

/** How a try came out. */
export interface TriggerTest {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly error: string | null;
}

export interface Triggers {
  list(): Trigger[];
  /** @throws ServiceError "not-found" */
  get(id: string): Trigger;
  /** @throws ServiceError "invalid" for an address that may not be asked, "busy" beyond the most */
  add(order: TriggerOrder): MadeTrigger;
  /** @throws ServiceError "not-found" */
  remove(id: string): void;
  /** Delivers a frame of type `test`. @throws ServiceError "not-found" */
  test(id: string, signal: AbortSignal): Promise<TriggerTest>;
  /** Begins to deliver what waits, of whatever start of the program. */
  start(): void;
  /** Ends what is being sent; it is sent again after the next start. */
  stop(): Promise<void>;
}
