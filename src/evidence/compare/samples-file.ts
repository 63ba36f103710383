/** Takes samples of a recording into memory: all of them, or evenly spread stretches of a long one. */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InputError, readRefusal } from "../../errors.ts";
import { dataPath, type RecordingFile } from "../../recording/manifest-file.ts";
import { SAMPLE_BYTES } from "../../trace.ts";

/** 32 MiB a recording. With so many, chance moves a share of one half by 0.0005 (two standard errors). */
export const MOST_SAMPLES = 2 ** 22;

/** Consecutive samples of a stretch, if not all are taken: neighbours stay neighbours, and 1,024 stretches see the whole. */
const STRETCH = 4_096;

export interface TakenSamples {
  /** 64 bits each, little-endian, in shared memory. */
  readonly bytes: Uint8Array;
  readonly samples: number;
  /** First sample of each stretch, in the recording, and their length. */
  readonly stretch: number;
  readonly starts: readonly number[];
  /** The samples' hash is the manifest's. False where not all were read. */
  readonly isVerified: boolean;
}

/** Bytes of one read. */
const PIECE_BYTES = 1 << 20;

/**
 * @param most samples to take at most @param length of a stretch, where not all are taken
 * @throws InputError for a file that is missing, a link, of another length, or changed since it was recorded; the signal's reason
 */
export async function takeSamples(
  recording: RecordingFile,
  signal: AbortSignal,
  most = MOST_SAMPLES,
  length = STRETCH,
): Promise<TakenSamples> {
  const { samples, files } = recording.manifest;
  const path = dataPath(recording, "samples");
  const [stretch, starts] = stretchesOf(samples, most, length);
  const bytes = new Uint8Array(new SharedArrayBuffer(stretch * starts.length * SAMPLE_BYTES));
  await using file = await opened(path, files.samples.bytes);
  const hash = createHash("sha256");
  for (const [i, start] of starts.entries()) {
    const part = bytes.subarray(i * stretch * SAMPLE_BYTES, (i + 1) * stretch * SAMPLE_BYTES);
    for (let done = 0; done < part.length; ) {
      signal.throwIfAborted();
      const room = part.subarray(done, done + PIECE_BYTES);
      const { bytesRead } = await reading(path, file.read(room, 0, room.length, start * SAMPLE_BYTES + done));
      if (bytesRead === 0) throw new InputError(`${path} ended while it was read`);
      hash.update(room.subarray(0, bytesRead));
      done += bytesRead;
    }
  }
  const isWhole = starts.length === 1 && stretch === samples;
  if (isWhole && hash.digest("hex") !== files.samples.sha256) {
    throw new InputError(`${path} is not what was recorded: its SHA-256 is not the manifest's`);
  }
  return { bytes, samples: stretch * starts.length, stretch, starts, isVerified: isWhole };
}

function stretchesOf(samples: number, most: number, longest: number): [stretch: number, starts: number[]] {
  if (samples <= most) return [samples, [0]];
  const length = Math.min(longest, most);
  const count = Math.floor(most / length);
  const last = samples - length;
  return [
    length,
    Array.from({ length: count }, (_, i) => (count === 1 ? 0 : Math.floor((last * i) / (count - 1)))),
  ];
}

async function opened(path: string, bytes: number): Promise<FileHandle> {
  // A link might lead anywhere, and to open a pipe must not block.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw new InputError(
      `cannot read ${path}: ${error.code === "ELOOP" ? "it is a link" : readRefusal(error)}`,
      {
        cause: error,
      },
    );
  });
  const stats = await file.stat();
  if (stats.isFile() && stats.size === bytes) return file;
  await file.close();
  throw new InputError(
    stats.isFile()
      ? `${path} has ${stats.size} bytes, and its manifest says ${bytes}`
      : `${path} is not a regular file`,
  );
}

async function reading<T>(path: string, read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${readRefusal(error)}`, { cause: error });
  }
}

/** Index, in the recording, of a sample among those that were taken. */
export function placeOf(
  { stretch, starts }: Pick<TakenSamples, "stretch" | "starts">,
  taken: number,
): number {
  return starts[Math.floor(taken / stretch)]! + (taken % stretch);
}
