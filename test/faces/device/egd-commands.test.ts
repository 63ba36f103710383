import { expect, test } from "bun:test";
import fc from "fast-check";
import { type EgdCommand, EgdCommands, EgdProtocolError } from "../../../src/faces/device/egd-commands.ts";

interface Said {
  readonly bytes: Uint8Array;
  readonly command: EgdCommand;
}

const byte = fc.integer({ min: 0, max: 255 });

const said: fc.Arbitrary<Said> = fc.oneof(
  fc.constant<Said>({ bytes: Uint8Array.of(0), command: { kind: "level" } }),
  byte.map((n): Said => ({ bytes: Uint8Array.of(1, n), command: { kind: "read-ready", bytes: n } })),
  byte.map((n): Said => ({ bytes: Uint8Array.of(2, n), command: { kind: "read", bytes: n } })),
  fc.tuple(byte, byte, fc.uint8Array({ maxLength: 255 })).map(([high, low, brought]): Said => {
    return { bytes: Uint8Array.of(3, high, low, brought.length, ...brought), command: { kind: "take" } };
  }),
  fc.constant<Said>({ bytes: Uint8Array.of(4), command: { kind: "pid" } }),
);

const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 300 }));

/** Reads bytes in pieces of these lengths. */
function readIn(bytes: Uint8Array, lengths: Iterable<number>): EgdCommand[] {
  const commands = new EgdCommands();
  const heard: EgdCommand[] = [];
  let at = 0;
  for (const length of lengths) {
    heard.push(...commands.read(bytes.subarray(at, at + length)));
    at += length;
    if (at >= bytes.length) return heard;
  }
  return heard;
}

test("commands are the same wherever they are cut, and what a client brings is no command", () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), cuts, (all, lengths) => {
      const bytes = Buffer.concat(all.map(({ bytes }) => bytes));
      const commands = all.map(({ command }) => command);
      expect(readIn(bytes, [bytes.length])).toEqual(commands);
      expect(readIn(bytes, lengths)).toEqual(commands);
      expect(
        readIn(
          bytes,
          Array.from(bytes, () => 1),
        ),
      ).toEqual(commands);
    }),
  );
});

test("half a command is none yet", () => {
  for (const half of [[1], [2], [3], [3, 0], [3, 0, 9]]) {
    expect(readIn(Uint8Array.from(half), [half.length])).toEqual([]);
  }
});

test("a byte that begins no command is refused, after those before it", () => {
  for (let code = 5; code < 256; code++) {
    const commands = new EgdCommands().read(Uint8Array.of(4, code));
    expect(commands.next().value).toEqual({ kind: "pid" });
    expect(() => commands.next()).toThrow(EgdProtocolError);
  }
});
