/**
 * Passwords: of all texts of a length over an alphabet, or of those among them that have a character of each required class, one that
 * is as likely as any other. The texts are numbered, and a number is drawn: nothing is tried until it fits, no place is special, and the
 * bits are the logarithm of how many texts there are.
 */
import { UsageError } from "../errors.ts";
import { type CharacterClass, classOf } from "./alphabet.ts";
import { log2 } from "./bits.ts";
import type { Draws } from "./draws.ts";

export const MOST_LENGTH = 1024;

export class Passwords {
  /** Characters by required class, and those of no required class under "". */
  readonly #groups: ReadonlyMap<CharacterClass | "", readonly string[]>;
  readonly #counts = new Map<string, bigint>();

  /**
   * @param alphabet characters, none of them twice
   * @throws UsageError for a required class of which the alphabet has nothing
   */
  constructor(
    readonly alphabet: readonly string[],
    private readonly required: readonly CharacterClass[],
  ) {
    this.#groups = Map.groupBy(alphabet, (character) => {
      const itsClass = classOf(character);
      return required.includes(itsClass) ? itsClass : "";
    });
    const lacking = required.find((each) => !this.#groups.has(each));
    if (lacking !== undefined) throw new UsageError(`the alphabet has no ${lacking}, which are required`);
  }

  /** Counts the passwords of a length. */
  count(length: number): bigint {
    return this.#count(length, this.required);
  }

  /** @throws UsageError where no password is as short */
  bits(length: number): number {
    const count = this.count(length);
    if (count > 0n) return log2(count);
    throw new UsageError(`${length} characters have no room for one of each: ${this.required.join(", ")}`);
  }

  /** Finds the least length whose passwords hold that many bits. @throws UsageError where it is above MOST_LENGTH */
  lengthFor(bits: number): number {
    for (let length = 1; length <= MOST_LENGTH; length++) {
      if (this.count(length) >= 1n << BigInt(bits)) return length;
    }
    throw new UsageError(
      `${bits} bits take more than ${MOST_LENGTH} characters out of ${this.alphabet.length}`,
    );
  }

  async draw(length: number, draws: Draws): Promise<string> {
    return this.at(await draws.below(this.count(length)), length);
  }

  /** Gives the password of a number. @param index 0 … `count(length)` − 1 */
  at(index: bigint, length: number): string {
    const characters: string[] = [];
    let missing = this.required;
    for (let left = length - 1, rest = index; left >= 0; left--) {
      for (const [group, members] of this.#groups) {
        const stillMissing = missing.filter((each) => each !== group);
        const each = this.#count(left, stillMissing);
        const all = each * BigInt(members.length);
        if (rest < all) {
          characters.push(members[Number(rest / each)]!);
          rest %= each;
          missing = stillMissing;
          break;
        }
        rest -= all;
      }
    }
    return characters.join("");
  }

  /**
   * Counts texts in which no class of `missing` is missing, by inclusion and exclusion: all, less those without the first, less those
   * without the second, and again those without either …
   */
  #count(length: number, missing: readonly CharacterClass[]): bigint {
    const key = `${length} ${missing.join()}`;
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    let count = 0n;
    for (let subset = 0; subset < 1 << missing.length; subset++) {
      const without = missing.filter((_, i) => subset & (1 << i));
      const left = without.reduce(
        (size, each) => size - this.#groups.get(each)!.length,
        this.alphabet.length,
      );
      count += (without.length % 2 === 0 ? 1n : -1n) * BigInt(left) ** BigInt(length);
    }
    this.#counts.set(key, count);
    return count;
  }
}
