/**
 * Asks whether the system lets this process have what the runtime takes for granted. Where it cannot start a thread, the runtime ends
 * with a report of its own crash, or waits for ever; so this is asked before anything else is loaded. Linux tells in /proc; elsewhere
 * nothing is known, and nothing refused.
 */
import { readdirSync, readFileSync, writeSync } from "node:fs";

/** Ends the program, with a message, where something is lacking. @param name the program's */
export function endIfLacking(name: string): void {
  const lack = lackHere();
  if (lack === undefined) return;
  const [message, hint] = lack;
  writeSync(2, `${name}: error: ${message}\nhint: ${hint}\n`);
  process.exit(1);
}

/** Threads of a program. On two processors 14 were counted in `report`; where 12 were allowed, it hung. */
export const THREADS_NEEDED = 16;

/** Below 0.4 GiB the runtime does not start; up to 0.8 GiB, threads hung, and rules were said to be too much for the engine. */
export const ADDRESS_SPACE_NEEDED = 2 ** 30;

/** Files that may be open. With 11 the runtime could not make the thread that samples. */
export const FILES_NEEDED = 16;

/** The files of the system. */
export interface SystemFiles {
  /** Returns the text of a file; undefined if there is none that can be read. */
  read(path: string): string | undefined;
  /** Lists the names in a folder; none if it cannot be read. */
  list(path: string): readonly string[];
}

/** Says what is lacking, and what to do, in two sentences without a full stop; undefined if nothing is. */
export function lackHere(
  files: SystemFiles = systemFiles,
): readonly [message: string, hint: string] | undefined {
  const limits = files.read("/proc/self/limits");
  const addressSpace = limitIn(limits, "Max address space");
  if (addressSpace < ADDRESS_SPACE_NEEDED) {
    return [
      `address space is limited to ${Math.floor(addressSpace / 2 ** 20)} MiB here, and the runtime needs ${ADDRESS_SPACE_NEEDED / 2 ** 20}`,
      "raise the limit with ulimit -v, or limit memory by a control group",
    ];
  }
  const openFiles = limitIn(limits, "Max open files");
  if (openFiles < FILES_NEEDED) {
    return [
      `only ${openFiles} files may be open here, and the runtime needs ${FILES_NEEDED}`,
      "raise the limit with ulimit -n",
    ];
  }
  const left = Math.min(leftToUser(files, limitIn(limits, "Max processes")), leftInGroups(files));
  if (left < THREADS_NEEDED) {
    return [
      `too few processes are allowed here: ${Math.max(0, left)} are left, threads included, and the runtime needs ${THREADS_NEEDED}`,
      "raise the limit: ulimit -u for the user, pids.max for a control group, --pids-limit for a container",
    ];
  }
  return undefined;
}

/** Reads a soft limit of /proc/PID/limits. Infinity where there is none. */
function limitIn(limits: string | undefined, name: string): number {
  const line = limits?.split("\n").find((each) => each.startsWith(name));
  const [, soft] = /^.*?\s{2,}(\d+)\s/.exec(line ?? "") ?? [];
  return soft === undefined ? Infinity : Number(soft);
}

/** A limit that many processes could not use up is not worth counting them. */
const WORTH_COUNTING = 1000;

/** CAP_SYS_ADMIN and CAP_SYS_RESOURCE: who has one of them is not bound by the limit on a user's processes. */
const UNBOUND = (1n << 21n) | (1n << 24n);

/** Counts what this process has as left to it, for it may be starting threads. */
function leftToUser(files: SystemFiles, limit: number): number {
  if (limit > WORTH_COUNTING) return Infinity;
  const own = files.read("/proc/self/status") ?? "";
  const [, capabilities = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(own) ?? [];
  if ((BigInt(`0x${capabilities}`) & UNBOUND) !== 0n) return Infinity;
  const user = realUser(own);
  const self = /^Pid:\s*(\d+)$/m.exec(own)?.[1];
  const others = files
    .list("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== self)
    .map((pid) => files.read(`/proc/${pid}/status`) ?? "")
    .filter((status) => realUser(status) === user)
    .reduce((sum, status) => sum + threadsOf(status), 0);
  return limit - others;
}

function threadsOf(status: string): number {
  return Number(/^Threads:\s*(\d+)$/m.exec(status)?.[1] ?? 1);
}

function realUser(status: string): string | undefined {
  return /^Uid:\s*(\d+)/m.exec(status)?.[1];
}

/** Reads the counts of this process's control group, version 1 or 2, and of those around it. */
function leftInGroups(files: SystemFiles): number {
  const [, one, two] = /^\d+:pids:(\/.*)$|^0::(\/.*)$/m.exec(files.read("/proc/self/cgroup") ?? "") ?? [];
  const root = one === undefined ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
  let left = Infinity;
  for (let path = one ?? two; path !== undefined; path = parentOf(path)) {
    const limit = Number(files.read(`${root}${path}/pids.max`));
    const running = Number(files.read(`${root}${path}/pids.current`));
    if (Number.isInteger(limit) && Number.isInteger(running) && limit > 0)
      left = Math.min(left, limit - running);
  }
  return left === Infinity ? left : left + threadsOf(files.read("/proc/self/status") ?? "");
}

function parentOf(path: string): string | undefined {
  return path === "/" || path === "" ? undefined : path.slice(0, path.lastIndexOf("/")) || "/";
}

const systemFiles: SystemFiles = {
  read(path) {
    try {
      return readFileSync(path, "latin1");
    } catch {
      return undefined;
    }
  },
  list(path) {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  },
};
