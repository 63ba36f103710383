/**
 * How much memory this process may still take before the system refuses it or ends it: what programs ask before they take much.
 * Linux says so in several places (control groups of version 1 and 2, /proc/meminfo, limits of the process), and the least
 * holds. Other systems move memory to disk instead, and give no such figure.
 */
import { posix } from "node:path";
import { InputError } from "./errors.ts";
import { readSmallFile } from "./files/small-file.ts";

export interface MemoryRoom {
  /** Bytes; 0 where the limit is reached. */
  readonly bytes: number;
  /** The limit that is the least, for messages: "the control group's memory.max of 128 MiB". */
  readonly limit: string;
  /** True if it counts addresses, of which each thread takes many more than it has memory. */
  readonly ofAddresses: boolean;
}

/** Returns a file's text; undefined if it is absent or unreadable. */
type ReadText = (path: string) => string | undefined;

/** A larger limit is none: version 1 of control groups writes 2⁶³ less a page. */
const UNLIMITED = 2 ** 60;

/** Returns the least room that the system tells of; undefined where it tells of none. Takes less than a millisecond. */
export function memoryRoom(readText: ReadText = readSystemText): MemoryRoom | undefined {
  const rooms = [...groupRooms(readText), ...ownLimits(readText), ...machineRoom(readText)];
  return rooms.reduce<MemoryRoom | undefined>(
    (least, room) => (least && least.bytes <= room.bytes ? least : room),
    undefined,
  );
}

/** Formats bytes as limits are usually set: "128 MiB". */
export function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MiB`;
}

/** Room that stays for what nobody counts. */
const RESERVE = 16 * 2 ** 20;

/** Says what is missing for so many bytes more: "takes 60 MiB of memory, and 20 MiB are left of …". Undefined if nothing is. */
export function shortage(bytes: number, room: MemoryRoom | undefined): string | undefined {
  if (room === undefined || bytes + RESERVE <= room.bytes) return undefined;
  const left = mebibytes(Math.max(0, room.bytes - RESERVE));
  return `takes ${mebibytes(bytes + 2 ** 20 - 1)} of memory, and ${left} are left of ${room.limit}`;
}

/**
 * Refuses work that would take more than there is, before it begins.
 * @param what begins the message: "sorting 10 million samples"
 * @throws InputError
 */
export function requireRoom(
  bytes: number,
  what: string,
  hints: readonly string[],
  room: MemoryRoom | undefined,
): void {
  const short = shortage(bytes, room);
  if (short !== undefined) throw new InputError(`${what} ${short}`, { hints });
}

// ---- Control groups ----

interface Version {
  readonly limits: readonly string[];
  readonly usage: string;
  /** Name in memory.stat of the cache that is dropped before anybody is refused memory. */
  readonly cache: string;
}

const VERSION_1: Version = {
  limits: ["memory.limit_in_bytes"],
  usage: "memory.usage_in_bytes",
  cache: "total_inactive_file",
};
/** Beyond memory.high processes are slowed down until they stand still: as good as refused. */
const VERSION_2: Version = {
  limits: ["memory.max", "memory.high"],
  usage: "memory.current",
  cache: "inactive_file",
};

/** The limits of the process's group and of all that it is in, as far as they can be seen from here. */
function* groupRooms(readText: ReadText): Generator<MemoryRoom> {
  const groups = readText("/proc/self/cgroup");
  const mounts = readText("/proc/self/mountinfo");
  if (groups === undefined || mounts === undefined) return;
  for (const line of groups.split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const version = controllers === "" ? VERSION_2 : VERSION_1;
    if (version === VERSION_1 && !controllers.split(",").includes("memory")) continue;
    const mount = findMount(mounts, version);
    if (!mount) continue;
    for (const folder of foldersOf(mount, path)) yield* roomIn(folder, version, readText);
  }
}

interface Mount {
  /** The group that is shown there. */
  readonly root: string;
  readonly point: string;
}

/** Finds where the groups are mounted. proc_pid_mountinfo(5) describes the lines. */
function findMount(mounts: string, version: Version): Mount | undefined {
  for (const line of mounts.split("\n")) {
    const [place, kind] = line.split(" - ");
    const [type, , options] = (kind ?? "").split(" ");
    const fits =
      version === VERSION_2
        ? type === "cgroup2"
        : type === "cgroup" && (options ?? "").split(",").includes("memory");
    const [, , , root, point] = (place ?? "").split(" ");
    if (fits && root !== undefined && point !== undefined) return { root, point };
  }
  return undefined;
}

/** A path of more levels is not followed to its end. */
const MOST_LEVELS = 64;

/** The folders of the group and of all above it. In a container the mount may begin at the group, whose path names more. */
function foldersOf({ root, point }: Mount, path: string): string[] {
  const inside =
    root === "/" ? path : path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : "";
  let folder = inside.split("/").includes("..") ? point : posix.join(point, inside);
  const folders: string[] = [];
  while (folders.length < MOST_LEVELS && folder.startsWith(point) && folder !== point) {
    folders.push(folder);
    folder = posix.dirname(folder);
  }
  return [...folders, point];
}

function* roomIn(folder: string, version: Version, readText: ReadText): Generator<MemoryRoom> {
  const used = numberIn(readText(`${folder}/${version.usage}`));
  if (used === undefined) return;
  const stat = readText(`${folder}/memory.stat`) ?? "";
  const cache = numberIn(new RegExp(`^${version.cache} (\\d+)$`, "m").exec(stat)?.[1]) ?? 0;
  const room = (name: string, text: string | undefined): MemoryRoom[] => {
    const limit = numberIn(text);
    return limit === undefined || limit >= UNLIMITED
      ? []
      : [
          {
            bytes: Math.max(0, limit - Math.max(0, used - cache)),
            limit: `the control group's ${name} of ${mebibytes(limit)}`,
            ofAddresses: false,
          },
        ];
  };
  for (const name of version.limits) yield* room(name, readText(`${folder}/${name}`));
  // Version 1: that of groups above, too, which may not be visible.
  yield* room("limit", /^hierarchical_memory_limit (\d+)$/m.exec(stat)?.[1]);
}

// ---- The process and the machine ----

/** `ulimit -v` and `ulimit -d`, less what is in use. */
function* ownLimits(readText: ReadText): Generator<MemoryRoom> {
  const limits = readText("/proc/self/limits") ?? "";
  const status = readText("/proc/self/status") ?? "";
  for (const [name, used, words] of [
    ["Max address space", "VmSize", "the limit of address space (ulimit -v)"],
    ["Max data size", "VmData", "the limit of data (ulimit -d)"],
  ] as const) {
    const limit = numberIn(new RegExp(`^${name} +(\\d+) `, "m").exec(limits)?.[1]);
    const usedKib = numberIn(new RegExp(`^${used}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]);
    if (limit === undefined || limit >= UNLIMITED || usedKib === undefined) continue;
    const bytes = Math.max(0, limit - usedKib * 1024);
    yield { bytes, limit: `${words} of ${mebibytes(limit)}`, ofAddresses: true };
  }
}

function* machineRoom(readText: ReadText): Generator<MemoryRoom> {
  const kib = numberIn(/^MemAvailable:\s+(\d+) kB$/m.exec(readText("/proc/meminfo") ?? "")?.[1]);
  if (kib === undefined) return;
  yield { bytes: kib * 1024, limit: "what the machine has available", ofAddresses: false };
}

/** Returns a whole number; undefined for anything else, such as "max". */
function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
}

/** The files of /proc that are read here take some kilobytes, /proc/self/mountinfo more on machines with many containers. */
const MOST_BYTES = 4 << 20;

function readSystemText(path: string): string | undefined {
  try {
    return readSmallFile(path, MOST_BYTES).text;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
