import { describe, expect, test } from "bun:test";
import { describeMachine, identifyMachine } from "../../src/platform/machine.ts";
import { fakeHost } from "../support/fake-host.ts";

const never = new AbortController().signal;
const processor = (i: number, flags: string) =>
  `processor\t: ${i}\nmodel name\t: Example 3000 CPU\nflags\t\t: fpu ${flags}\n\n`;

function linux(flags: string, files: Record<string, string> = {}) {
  return fakeHost({
    files: {
      "/proc/cpuinfo": processor(0, flags) + processor(1, flags),
      "/proc/meminfo": "MemTotal:       16316412 kB\nMemFree:  1 kB\n",
      "/proc/sys/kernel/osrelease": "6.1.0-13-amd64\n",
      "/etc/os-release": 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
      "/etc/machine-id": "00112233445566778899aabbccddeeff\n",
      ...files,
    },
  });
}

describe("a Linux machine", () => {
  test("is known by its processor, memory, kernel and installation", () => {
    const machine = identifyMachine(linux("sse2"));
    expect(machine).toMatchObject({
      os: "linux",
      kernel: "6.1.0-13-amd64",
      arch: "x64",
      cpu: "Example 3000 CPU",
      processors: 2,
      memoryGiB: 16,
    });
    // The id itself is not revealed.
    expect(machine.installation).toMatch(/^[0-9a-f]{16}$/);
    expect("00112233445566778899aabbccddeeff").not.toContain(machine.installation!);
  });

  test("without /proc there are gaps, not errors", () => {
    expect(identifyMachine(fakeHost())).toEqual({
      os: "linux",
      kernel: "unknown",
      arch: "x64",
      cpu: "unknown",
      processors: 0,
      memoryGiB: 0,
      installation: null,
    });
  });

  test("what it is called commands no terminal and fits a line, whoever named it", async () => {
    const host = linux("", {
      "/proc/sys/kernel/osrelease": "6.1\u001b[2J\n",
      "/etc/os-release": `PRETTY_NAME="${"long ".repeat(100)}"`,
      "/sys/class/dmi/id/sys_vendor": "QEMU\u0007",
    });
    const { kernel, system, virtualMachine } = await describeMachine(host, never);
    expect([kernel, system.length, virtualMachine.evidence]).toEqual([
      "6.1\\x1B[2J",
      200,
      "the hardware is called QEMU\\x07",
    ]);
  });

  test("arm64 processors are named by their registers", () => {
    const cpuinfo = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n";
    expect(identifyMachine(fakeHost({ arch: "arm64", files: { "/proc/cpuinfo": cpuinfo } })).cpu).toBe(
      "implementer 0x41 part 0xd0c",
    );
  });

  const dmi = (vendor: string) => ({ "/sys/class/dmi/id/sys_vendor": vendor });
  const cases: [what: string, host: ReturnType<typeof linux>, answer: string, evidence: string][] = [
    ["hypervisor flag", linux("hypervisor lm"), "yes", "flag"],
    ["no flag", linux("lm"), "no", "no hypervisor flag"],
    ["no flag, a maker's name", linux("lm", dmi("Example Computers\n")), "no", "Example Computers"],
    ["a hypervisor's name", linux("lm", dmi("QEMU\n")), "yes", "QEMU"],
    ["Xen", linux("lm", { "/sys/hypervisor/type": "xen\n" }), "yes", "xen"],
    ["nothing to be seen", fakeHost({ arch: "arm64" }), "unknown", "no name"],
  ];
  for (const [what, host, answer, evidence] of cases) {
    test(`virtual or not: ${what}`, async () => {
      const { virtualMachine } = await describeMachine(host, never);
      expect(virtualMachine.answer as string).toBe(answer);
      expect(virtualMachine.evidence).toContain(evidence);
    });
  }

  test("its system has a name", async () => {
    expect((await describeMachine(linux(""), never)).system).toBe("Debian GNU/Linux 12 (bookworm)");
    expect((await describeMachine(fakeHost(), never)).system).toBe("Linux");
  });
});

describe("a Mac", () => {
  const mac = (present: string) =>
    fakeHost({ os: "darwin", tools: { sw_vers: "15.3.1\n", "sysctl -n kern.hv_vmm_present": present } });

  test("says its version and whether it is virtual", async () => {
    expect(await describeMachine(mac("0\n"), never)).toMatchObject({
      os: "darwin",
      system: "macOS 15.3.1",
      virtualMachine: { answer: "no" },
    });
    expect((await describeMachine(mac("1\n"), never)).virtualMachine.answer).toBe("yes");
  });

  test("tools that are missing, fail or hang leave it open", async () => {
    const failing = fakeHost({ os: "darwin", tools: { sysctl: { exitCode: 1, stderr: "unknown oid" } } });
    expect(await describeMachine(failing, never)).toMatchObject({
      system: "macOS of unknown version",
      virtualMachine: { answer: "unknown" },
    });
  });
});
