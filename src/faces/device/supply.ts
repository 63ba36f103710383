/** What devices hand on: bytes of one pool, waited for as long as it takes. */
import type { EntropyPool } from "../../pool/pool.ts";
import { shortage } from "../../pool/status.ts";
import type { RandomBytes } from "../../rbg/generator.ts";

/** After so long it is said why nothing comes, and again every so often. */
const FIRST_NOTICE_MS = 5_000;
const NOTICE_EVERY_MS = 60_000;

export class Supply {
  constructor(
    private readonly pool: EntropyPool,
    private readonly random: RandomBytes,
    private readonly warn: (text: string) => void,
    private readonly firstNoticeMs = FIRST_NOTICE_MS,
  ) {}

  /**
   * Fills `out`, however long that takes: no weaker bytes are put in the place of those that are missing.
   * @throws InsufficientEntropyError when no source can ever deliver; the signal's reason
   */
  async fill(out: Uint8Array, signal: AbortSignal): Promise<void> {
    let timer: ReturnType<typeof setTimeout>;
    const notify = () => {
      this.warn(`waiting for entropy: ${shortage(this.pool.status())}`);
      timer = setTimeout(notify, NOTICE_EVERY_MS);
    };
    timer = setTimeout(notify, this.firstNoticeMs);
    try {
      for (let done = 0; done < out.length; ) done += await this.random.fill(out.subarray(done), signal);
    } finally {
      clearTimeout(timer);
    }
  }
}
