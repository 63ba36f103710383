/** Limits of the system, as its files tell them. test/binary/surroundings.test.ts has real limits. */
import { describe, expect, test } from "bun:test";
import {
  ADDRESS_SPACE_NEEDED,
  FILES_NEEDED,
  lackHere,
  type SystemFiles,
  THREADS_NEEDED,
} from "#kit/term/allowance.ts";

const LIMITS = (
  processes: string,
  addressSpace = "unlimited",
) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             ${processes.padEnd(20)} unlimited            processes
Max address space         ${addressSpace.padEnd(20)} unlimited            bytes
`;
const STATUS = (pid: number, user: number, threads: number, capabilities = "0000000000000000") =>
  `Name:\tsome (name)\nPid:\t${pid}\nUid:\t${user}\t0\t0\t0\nThreads:\t${threads}\nCapEff:\t${capabilities}\n`;

function system(files: Readonly<Record<string, string>>): SystemFiles {
  return {
    read: (path) => files[path],
    list: () => ["1", "7", "8", "9", "self", "cpuinfo"],
  };
}

/** A user with processes of 2 and 3 threads beside this one, and another user with many. */
const PROCESSES = {
  "/proc/self/status": STATUS(7, 1000, 4),
  "/proc/7/status": STATUS(7, 1000, 4),
  "/proc/8/status": STATUS(8, 1000, 2),
  "/proc/9/status": STATUS(9, 1000, 3),
  "/proc/1/status": STATUS(1, 0, 500),
};

const left = (files: Readonly<Record<string, string>>) => {
  const [, number] = /: (\d+) are left/.exec(lackHere(system(files))?.[0] ?? "") ?? [];
  return number === undefined ? undefined : Number(number);
};

describe("processes of a user", () => {
  test("others of the user count with their threads, this process and other users do not", () => {
    expect(left({ ...PROCESSES, "/proc/self/limits": LIMITS("12") })).toBe(7);
    expect(left({ ...PROCESSES, "/proc/self/limits": LIMITS("3") })).toBe(0);
  });

  test("exactly as many as are needed are enough", () => {
    expect(left({ ...PROCESSES, "/proc/self/limits": LIMITS(`${THREADS_NEEDED + 4}`) })).toBe(
      THREADS_NEEDED - 1,
    );
    expect(left({ ...PROCESSES, "/proc/self/limits": LIMITS(`${THREADS_NEEDED + 5}`) })).toBeUndefined();
  });

  test("no limit, or one that is far away, is none", () => {
    for (const limit of ["unlimited", "63000"])
      expect(left({ ...PROCESSES, "/proc/self/limits": LIMITS(limit) })).toBeUndefined();
  });

  test("who may exceed the limit is not held to it", () => {
    for (const capabilities of ["000001ffffffffff", "0000000000200000", "0000000001000000"]) {
      const files = { ...PROCESSES, "/proc/self/status": STATUS(7, 0, 4, capabilities) };
      expect(left({ ...files, "/proc/self/limits": LIMITS("2") })).toBeUndefined();
    }
  });
});

describe("processes of a control group", () => {
  const files = { ...PROCESSES, "/proc/self/limits": LIMITS("unlimited") };
  /** 4 of those that are running are this process's own. */
  const groups = (root: string, path: string, max: string) => ({
    [`${root}${path}/pids.max`]: max,
    [`${root}${path}/pids.current`]: "6\n",
  });

  test("version 2: its own, and those around it", () => {
    const cgroup = { "/proc/self/cgroup": "0::/outer/inner\n" };
    for (const path of ["/outer/inner", "/outer", "/"])
      expect(left({ ...files, ...cgroup, ...groups("/sys/fs/cgroup", path, "10\n") })).toBe(8);
    expect(left({ ...files, ...cgroup, ...groups("/sys/fs/cgroup", "/outer", "max\n") })).toBeUndefined();
  });

  test("version 1: that of its own hierarchy", () => {
    const cgroup = { "/proc/self/cgroup": "9:memory:/m\n8:pids:/docker/abc\n0::/\n" };
    expect(left({ ...files, ...cgroup, ...groups("/sys/fs/cgroup/pids", "/docker/abc", "10\n") })).toBe(8);
    expect(left({ ...files, ...cgroup, ...groups("/sys/fs/cgroup/pids", "/", "10\n") })).toBe(8);
    expect(left({ ...files, ...cgroup, ...groups("/sys/fs/cgroup", "/docker/abc", "10\n") })).toBeUndefined();
  });
});

test("address space: what there is, and what is needed", () => {
  const files = (bytes: number) => system({ "/proc/self/limits": LIMITS("unlimited", `${bytes}`) });
  expect(lackHere(files(ADDRESS_SPACE_NEEDED))).toBeUndefined();
  expect(lackHere(files(ADDRESS_SPACE_NEEDED - 1))?.[0]).toBe(
    "address space is limited to 1023 MiB here, and the runtime needs 1024",
  );
});

test("open files: what there is, and what is needed", () => {
  const files = (count: number) =>
    system({
      "/proc/self/limits": `Max open files            ${count}                 4096                 files     \n`,
    });
  expect(lackHere(files(FILES_NEEDED))).toBeUndefined();
  expect(lackHere(files(FILES_NEEDED - 1))?.[0]).toBe(
    "only 15 files may be open here, and the runtime needs 16",
  );
});

test("where the system tells nothing, nothing is refused", () => {
  expect(lackHere(system({}))).toBeUndefined();
  expect(lackHere(system({ "/proc/self/limits": "", "/proc/self/cgroup": "nonsense" }))).toBeUndefined();
});
