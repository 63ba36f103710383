/** The memory that a process may take, as Linux tells of it in many places. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type MemoryRoom, memoryRoom } from "#kit/memory.ts";

const MIB = 2 ** 20;

/** Asks a machine that has these files, and 1 GiB available. */
function roomWith(files: Readonly<Record<string, string>>): MemoryRoom | undefined {
  const all: Readonly<Record<string, string>> = {
    "/proc/meminfo": "MemTotal:  4194304 kB\nMemFree:    1024 kB\nMemAvailable:    1048576 kB\n",
    ...files,
  };
  return memoryRoom((path) => all[path]);
}

const V2_MOUNT = "31 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n";
const V1_MOUNT =
  "35 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n36 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n";

describe("control groups, version 2", () => {
  const group = (more: Readonly<Record<string, string>>) =>
    roomWith({
      "/proc/self/cgroup": "0::/pod/app\n",
      "/proc/self/mountinfo": V2_MOUNT,
      "/sys/fs/cgroup/pod/app/memory.current": `${100 * MIB}\n`,
      "/sys/fs/cgroup/pod/app/memory.stat": `anon 1\ninactive_file ${30 * MIB}\nactive_file 5\n`,
      ...more,
    });

  test("memory.max less what is used, without the cache that is dropped first", () => {
    const room = group({ "/sys/fs/cgroup/pod/app/memory.max": `${128 * MIB}\n` });
    expect(room).toEqual({
      bytes: 58 * MIB,
      limit: "the control group's memory.max of 128 MiB",
      ofAddresses: false,
    });
  });

  test("memory.high, where it is lower", () => {
    const room = group({
      "/sys/fs/cgroup/pod/app/memory.max": `${512 * MIB}\n`,
      "/sys/fs/cgroup/pod/app/memory.high": `${256 * MIB}\n`,
    });
    expect(room).toMatchObject({ bytes: 186 * MIB, limit: "the control group's memory.high of 256 MiB" });
  });

  test("max is no limit", () => {
    expect(group({ "/sys/fs/cgroup/pod/app/memory.max": "max\n" })).toMatchObject({ bytes: 1024 * MIB });
  });

  test("a group above, which is tighter", () => {
    const room = group({
      "/sys/fs/cgroup/pod/app/memory.max": "max\n",
      "/sys/fs/cgroup/pod/memory.max": `${64 * MIB}\n`,
      "/sys/fs/cgroup/pod/memory.current": `${60 * MIB}\n`,
    });
    expect(room?.bytes).toBe(4 * MIB);
  });

  test("a container that sees its own group as the top one", () => {
    for (const path of ["/", "/../../system.slice/docker-1.scope"]) {
      const room = roomWith({
        "/proc/self/cgroup": `0::${path}\n`,
        "/proc/self/mountinfo": V2_MOUNT,
        "/sys/fs/cgroup/memory.max": `${128 * MIB}\n`,
        "/sys/fs/cgroup/memory.current": `${28 * MIB}\n`,
      });
      expect(room?.bytes).toBe(100 * MIB);
    }
  });

  test("a limit that is reached leaves nothing, and never less", () => {
    expect(group({ "/sys/fs/cgroup/pod/app/memory.max": `${16 * MIB}\n` })?.bytes).toBe(0);
  });
});

describe("control groups, version 1", () => {
  const stat = `cache 1\nhierarchical_memory_limit ${96 * MIB}\ntotal_inactive_file ${10 * MIB}\n`;
  const files = (folder: string, limit: string) => ({
    [`${folder}/memory.limit_in_bytes`]: limit,
    [`${folder}/memory.usage_in_bytes`]: `${50 * MIB}\n`,
  });

  test("the group's own limit", () => {
    const room = roomWith({
      "/proc/self/cgroup": "8:cpu:/other\n4:memory:/case\n0::/\n",
      "/proc/self/mountinfo": V1_MOUNT,
      ...files("/sys/fs/cgroup/memory/case", `${128 * MIB}\n`),
    });
    expect(room).toMatchObject({
      bytes: 78 * MIB,
      limit: "the control group's memory.limit_in_bytes of 128 MiB",
    });
  });

  test("a container whose mount begins at its group", () => {
    const room = roomWith({
      "/proc/self/cgroup": "4:memory:/docker/abc\n",
      "/proc/self/mountinfo": "36 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
      ...files("/sys/fs/cgroup/memory", `${128 * MIB}\n`),
    });
    expect(room?.bytes).toBe(78 * MIB);
  });

  test("a limit of groups above that are not visible", () => {
    const room = roomWith({
      "/proc/self/cgroup": "4:memory:/case\n",
      "/proc/self/mountinfo": V1_MOUNT,
      ...files("/sys/fs/cgroup/memory/case", "9223372036854771712\n"),
      "/sys/fs/cgroup/memory/case/memory.stat": stat,
    });
    expect(room?.bytes).toBe(56 * MIB);
  });
});

describe("limits of the process", () => {
  const limits = (name: string, soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \n${name.padEnd(26)}${soft.padEnd(21)}unlimited            bytes     \n`;
  const status = "Name:\tx\nVmSize:\t  409600 kB\nVmData:\t  204800 kB\n";

  test("address space and data", () => {
    for (const [name, left] of [
      ["Max address space", 600],
      ["Max data size", 800],
    ] as const) {
      const room = roomWith({
        "/proc/self/limits": limits(name, String(1000 * MIB)),
        "/proc/self/status": status,
      });
      expect(room).toMatchObject({ bytes: left * MIB, ofAddresses: true });
    }
  });

  test("unlimited is none", () => {
    const room = roomWith({
      "/proc/self/limits": limits("Max address space", "unlimited"),
      "/proc/self/status": status,
    });
    expect(room).toMatchObject({ bytes: 1024 * MIB, limit: "what the machine has available" });
  });
});

test("the machine's own figure where nothing else limits, and none where there is no /proc", () => {
  expect(roomWith({})).toMatchObject({ bytes: 1024 * MIB });
  expect(memoryRoom(() => undefined)).toBeUndefined();
});

test("files that make no sense say nothing", () => {
  for (const text of ["", "x", ":::\n", "0::\n", "\0\0", "4:memory:relative\n"]) {
    const files = { "/proc/self/cgroup": text, "/proc/self/mountinfo": text, "/proc/self/limits": text };
    expect(roomWith(files)).toMatchObject({ bytes: 1024 * MIB });
  }
});

test.skipIf(process.platform !== "linux")("this machine has some, and no more than it has", () => {
  const total = Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"))![1]) * 1024;
  const room = memoryRoom()!;
  expect(room.bytes).toBeGreaterThan(0);
  expect(room.ofAddresses || room.bytes <= total).toBe(true);
});
