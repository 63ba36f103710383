/** Answers of machines to jobs, on their way into the database of results. */
import { FleetError } from "#kit/fleet/fleet-error.ts";
import type { ScanEvent } from "../scan-runner/events.ts";

export interface HostAnswer {
  /** Id of the job. With the host it is the key: a second answer changes nothing. */
  readonly job: string;
  readonly host: string;
  readonly queue: string;
  readonly attempts: number;
  /** Number in the server's order. */
  readonly sequence: number;
  /** When the machine gave it, by its own clock, and when the server took it by the server's; ms since 1970. */
  readonly nodeMs: number;
  readonly serverMs: number;
  /** Says why there is none: the machine has refused the job or given it up. */
  readonly refusal?: string;
  /**
   * Reads the lines, in order, as often as it is asked for. The digest of the rules stands in the start line, the identity of a file (its
   * path, digest and size) in each line that is of a file.
   * @throws UnreadableAnswer where they are not what was answered; any other error is one of the server
   */
  lines(): AsyncIterable<readonly ScanEvent[]>;
}

/** An answer is none. Asking again does not help. */
export class UnreadableAnswer extends FleetError {
  override name = "UnreadableAnswer";
}
