/** Damage of the kinds that transfers, editors and attackers do. */
import type { Random } from "../support/random.ts";

/** Pieces to put in: words and signs that mean something to a reader of rules, and bytes that mean something to one of files. */
const PIECES = [
  ...[
    '"',
    "/",
    "{",
    "}",
    "(",
    ")",
    "/*",
    "*/",
    "//",
    "\n",
    "\r\n",
    "\\",
    "\0",
    "\x1b[2J",
    "\xff\xfe",
    "$",
    "#",
    "@",
    "!",
  ],
  ...[
    " rule ",
    " private rule ",
    "global",
    "condition:",
    "strings:",
    "meta:",
    " them ",
    " of ",
    "for any i in (1..2) : (",
  ],
  ...[
    'include "x"',
    'import "pe"',
    "0x",
    "9223372036854775807",
    "-1",
    "\x00\x00\x00\x00",
    "\xff\xff\xff\xff",
    "\x7f\xff\xff\xff",
  ],
];

const DAMAGES: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy[random.int(0, copy.length - 1)] = random.next() & 0xff;
    return copy;
  },
  (bytes, random) => replaced(bytes, placeIn(bytes, random), 0, random.pick(PIECES)),
  (bytes, random) => replaced(bytes, placeIn(bytes, random), random.int(1, 4), random.pick(PIECES)),
  (bytes, random) => replaced(bytes, placeIn(bytes, random), random.int(1, 40), ""),
  (bytes, random) => {
    const from = placeIn(bytes, random);
    const copy = bytes.toString("latin1", from, from + random.int(1, 60));
    return replaced(bytes, placeIn(bytes, random), 0, copy);
  },
  (bytes, random) => bytes.subarray(0, placeIn(bytes, random)),
];

/** Damages bytes one to three times. */
export function damaged(bytes: Uint8Array, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let times = random.int(1, 3); times > 0 && result.length > 0; times--) {
    result = Buffer.from(random.pick(DAMAGES)(result, random));
  }
  return result;
}

function placeIn(bytes: Buffer, random: Random): number {
  return random.int(0, bytes.length);
}

function replaced(bytes: Buffer, from: number, length: number, by: string): Buffer {
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(by, "latin1"), bytes.subarray(from + length)]);
}
