/** The side that gives seeds: each is drawn for one question, sealed to who asks, and signed. */
import type { SecretKey } from "#kit/signing/keys.ts";
import type { Answer, Question } from "./answer.ts";
import { digestOf, SEED_BYTES, signManifest } from "./manifest.ts";
import { type SeedDraw, sealedSeed, sealer } from "./sealing.ts";

export interface IssuerSettings extends SeedDraw {
  readonly key: SecretKey;
  /** Name of this server in manifests. */
  readonly name: string;
  readonly warn: (text: string) => void;
}

/** Recipients whose last place is remembered; each takes some 200 bytes. */
const MOST_KNOWN = 4_096;

export class SeedIssuer {
  /** By the digest of a recipient, the place from which it asked last. In the order of their last questions. */
  readonly #places = new Map<string, string>();
  #issued = 0;
  #moved = 0;

  constructor(private readonly settings: IssuerSettings) {}

  /** Seeds that were given. */
  get issued(): number {
    return this.#issued;
  }

  /** Questions of a recipient that came from another place than its last one. */
  get moved(): number {
    return this.#moved;
  }

  /**
   * @param place from which it is asked, such as an address
   * @throws InputError for a recipient that is none; what `draw` throws
   */
  async issue({ recipient, request }: Question, place: string, signal: AbortSignal): Promise<Answer> {
    const seal = sealer(recipient); // before anything is drawn for one that is none
    const sealed = await sealedSeed(this.settings, seal, SEED_BYTES, signal);
    const manifest = {
      server: this.settings.name,
      recipient: digestOf(recipient),
      request,
      sealed: digestOf(sealed),
      bytes: SEED_BYTES,
      bits: 8 * SEED_BYTES,
    };
    this.#note(manifest.recipient, place);
    const text = signManifest(manifest, this.settings.key);
    return { schema: 1, sealed: Buffer.from(sealed).toString("base64"), manifest: text };
  }

  /** Says where an identity seems to be on two machines. They have different seeds all the same; one of them may not be whom it was made for. */
  #note(recipient: string, place: string): void {
    this.#issued += 1;
    const before = this.#places.get(recipient);
    this.#places.delete(recipient);
    this.#places.set(recipient, place);
    if (this.#places.size > MOST_KNOWN) this.#places.delete(this.#places.keys().next().value!);
    if (before === undefined || before === place) return;
    this.#moved += 1;
    this.settings.warn(
      `the recipient with digest ${recipient.slice(0, 16)} asks for a seed from ${place}, and did so from ${before} before: an identity on two machines?`,
    );
  }
}
