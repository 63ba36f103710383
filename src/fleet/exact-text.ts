/**
 * Values as text that gives back exactly what went in: numbers to the last bit, with NaN, infinities and −0, big integers, arrays of
 * numbers, what is undefined. JSON has no words for these, so an object with the member `$` stands for them.
 */

/** Arrays of numbers, as their bytes in memory: little-endian on every machine that the program runs on. */
const ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
};

type Tagged = { readonly $: string; readonly v?: unknown };

/**
 * @param bytesApart has bytes travel apart from the text, by the number that it returns; undefined for those that stay in it
 * @throws TypeError for a value of another kind, such as a function
 */
export function exactText(
  value: unknown,
  bytesApart: (bytes: Uint8Array) => number | undefined = () => undefined,
): string {
  return JSON.stringify(written(value, bytesApart));
}

/** Reads such a text. @param bytesOf returns the bytes of a number @throws Error for everything else */
export function exactValue(text: string, bytesOf: (number: number) => Uint8Array = noBytes): unknown {
  return read(JSON.parse(text), bytesOf);
}

function noBytes(): Uint8Array {
  throw new RangeError("no bytes have come with this text");
}

function written(value: unknown, bytesApart: (bytes: Uint8Array) => number | undefined): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "undefined":
      return { $: "undefined" };
    case "bigint":
      return { $: "bigint", v: String(value) };
    case "number":
      if (Object.is(value, -0)) return { $: "number", v: "-0" };
      return Number.isFinite(value) ? value : { $: "number", v: String(value) };
    case "object":
      return value === null ? null : writtenObject(value, bytesApart);
    default:
      throw new TypeError(`a ${typeof value} is no value that travels`);
  }
}

function writtenObject(value: object, bytesApart: (bytes: Uint8Array) => number | undefined): unknown {
  if (Array.isArray(value)) return Array.from(value, (item) => written(item, bytesApart));
  if (ArrayBuffer.isView(value)) {
    const number = value instanceof Uint8Array ? bytesApart(value) : undefined;
    if (number !== undefined) return { $: "bytes", v: number };
    const name = value.constructor.name === "Buffer" ? "Uint8Array" : value.constructor.name;
    if (!Object.hasOwn(ARRAYS, name)) throw new TypeError(`a ${name} is no value that travels`);
    const { buffer, byteOffset, byteLength } = value;
    return { $: name, v: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`a ${value.constructor.name} is no value that travels`);
  }
  const members = Object.entries(value).map(([key, item]) => [key, written(item, bytesApart)] as const);
  return Object.hasOwn(value, "$") ? { $: "object", v: members } : Object.fromEntries(members);
}

function read(value: unknown, bytesOf: (number: number) => Uint8Array): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => read(item, bytesOf));
  if (Object.hasOwn(value, "$")) return readTagged(value as Tagged, bytesOf);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, read(item, bytesOf)]));
}

function readTagged({ $: tag, v }: Tagged, bytesOf: (number: number) => Uint8Array): unknown {
  switch (tag) {
    case "undefined":
      return undefined;
    case "number":
      return Number(v);
    case "bigint":
      return BigInt(v as string);
    case "bytes":
      return bytesOf(v as number);
    case "object":
      return Object.fromEntries((v as [string, unknown][]).map(([key, item]) => [key, read(item, bytesOf)]));
  }
  if (!Object.hasOwn(ARRAYS, tag)) throw new TypeError(`'${tag}' stands for no value`);
  const bytes = Uint8Array.from(Buffer.from(String(v), "base64"));
  return new ARRAYS[tag as keyof typeof ARRAYS](bytes.buffer);
}
