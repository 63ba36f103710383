/**
 * Bytes of the random number generator in a Trusted Platform Module, asked for by TPM2_GetRandom (TPM 2.0 Library, Part 3,
 * §16.1) through the kernel's resource manager, /dev/tpmrm0.
 */

import type { Source } from "../source.ts";
import { byteDevice } from "./acquire/device/byte-device.ts";

/** TPM 2.0 Library, Part 2: TPM_ST_NO_SESSIONS (§6.9), TPM_CC_GetRandom (§6.5.2), TPM_RC_SUCCESS (§6.6). */
const NO_SESSIONS = 0x8001;
const GET_RANDOM = 0x0000017b;
const SUCCESS = 0;

/** Tag, size of the whole, command or response code. */
const HEADER_BYTES = 10;
const COUNT_BYTES = 2;

/** A digest's length: every TPM returns that many, in some 10 ms. */
const MOST_BYTES = 32;

export const tpm = tpmAt("/dev/tpmrm0");

/** Makes the same source with another file in the device's place, for tests. */
export function tpmAt(path: string): Source {
  return byteDevice({
    info: {
      id: "tpm",
      title: "The TPM's random numbers",
      mechanism:
        "Bytes that a Trusted Platform Module returns for TPM2_GetRandom: a noise source and a generator inside a " +
        "chip, or inside the firmware or the host that emulates one. It cannot be examined, so it is mixed in " +
        "without credit.",
      family: "sensor",
      unit: "level",
      symbolBits: 8,
      claim: 0,
      rateHz: 500,
      effects: [],
    },
    path,
    flags: "r+",
    absent: "no TPM 2.0 (/dev/tpmrm0)",
    forbidden: "/dev/tpmrm0 may be used by root and group tss only",
    mostBytes: MOST_BYTES,
    async read(file, count) {
      const command = getRandom(count);
      const { bytesWritten } = await file.write(command, 0, command.length, null);
      if (bytesWritten !== command.length) throw new Error("the command was not taken whole");
      // One byte more than the longest answer, to notice one that is too long.
      const room = new Uint8Array(HEADER_BYTES + COUNT_BYTES + count + 1);
      const { bytesRead } = await file.read(room, 0, room.length, null);
      return randomBytes(room.subarray(0, bytesRead), count);
    },
  });
}

/** Returns the command TPM2_GetRandom. @param count 1..65535 */
export function getRandom(count: number): Uint8Array {
  const command = new DataView(new ArrayBuffer(HEADER_BYTES + COUNT_BYTES));
  command.setUint16(0, NO_SESSIONS);
  command.setUint32(2, command.byteLength);
  command.setUint32(6, GET_RANDOM);
  command.setUint16(HEADER_BYTES, count);
  return new Uint8Array(command.buffer);
}

/** Returns the 1..`count` bytes in the answer to `getRandom(count)`. @throws SyntaxError for any other answer */
export function randomBytes(response: Uint8Array, count: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = response;
  const view = new DataView(buffer, byteOffset, byteLength);
  if (byteLength < HEADER_BYTES) throw new SyntaxError(`a TPM answer of ${byteLength} bytes is cut short`);
  if (view.getUint32(2) !== byteLength)
    throw new SyntaxError(`a TPM answer of ${byteLength} bytes says it has ${view.getUint32(2)}`);
  const code = view.getUint32(6);
  if (code !== SUCCESS) throw new SyntaxError(`the TPM refused with response code 0x${code.toString(16)}`);
  if (view.getUint16(0) !== NO_SESSIONS) throw new SyntaxError("the TPM's answer has the wrong tag");
  if (byteLength < HEADER_BYTES + COUNT_BYTES) throw new SyntaxError("the TPM's answer holds no bytes");
  const bytes = response.subarray(HEADER_BYTES + COUNT_BYTES);
  if (bytes.length !== view.getUint16(HEADER_BYTES) || bytes.length < 1 || bytes.length > count)
    throw new SyntaxError(`the TPM answered ${bytes.length} bytes for ${count}`);
  return bytes;
}
