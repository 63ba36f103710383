/** Collects the bytes of a binary file. */
export class ByteWriter {
  #data = Buffer.alloc(1024);
  #length = 0;

  constructor(readonly littleEndian = true) {}

  get length(): number {
    return this.#length;
  }

  u8(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(1);
      this.#data.writeUInt8(value & 0xff, at);
    }
    return this;
  }

  u16(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#grow(2);
      if (this.littleEndian) this.#data.writeUInt16LE(value & 0xffff, at);
      else this.#data.writeUInt16BE(value & 0xffff, at);
    }
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) this.set32(this.#grow(4), value);
    return this;
  }

  u64(...values: readonly (number | bigint)[]): this {
    for (const value of values) {
      const at = this.#grow(8);
      if (this.littleEndian) this.#data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), at);
      else this.#data.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)), at);
    }
    return this;
  }

  /** 32 or 64 bits, as the format's addresses are. */
  word(bits: 32 | 64, ...values: readonly (number | bigint)[]): this {
    return bits === 64 ? this.u64(...values) : this.u32(...values.map(Number));
  }

  bytes(data: Uint8Array): this {
    const at = this.#grow(data.length);
    this.#data.set(data, at);
    return this;
  }

  /** One byte a character; filled with zeros, or cut, to the size where one is given. */
  text(text: string, size = text.length): this {
    return this.bytes(Buffer.from(text.slice(0, size), "latin1")).padTo(
      this.#length + size - Math.min(text.length, size),
    );
  }

  /** Zeros up to this length. */
  padTo(length: number): this {
    if (length > this.#length) this.#grow(length - this.#length);
    return this;
  }

  align(to: number): this {
    return this.padTo(Math.ceil(this.#length / to) * to);
  }

  /** Writes over what is there. */
  set32(at: number, value: number): void {
    if (this.littleEndian) this.#data.writeUInt32LE(value >>> 0, at);
    else this.#data.writeUInt32BE(value >>> 0, at);
  }

  done(): Uint8Array {
    return new Uint8Array(this.#data.subarray(0, this.#length));
  }

  /** Comes before every look at the array, since it may put another in its place. */
  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#data.length) {
      const larger = Buffer.alloc(Math.max(this.#length, 2 * this.#data.length));
      larger.set(this.#data);
      this.#data = larger;
    }
    return at;
  }
}

/** Rounds up to a multiple. */
export function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}
