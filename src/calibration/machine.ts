/** The machine that noise was measured on: what is measured on one says little about another. */
import { createHash } from "node:crypto";
import { cpus, release, totalmem } from "node:os";
import { ToolError } from "../errors.ts";
import type { Host } from "../platform/host.ts";

/** As far as the noise may depend on it, and quick to find out: a millisecond, no subprocess. */
export interface Machine {
  readonly os: "linux" | "darwin";
  /** The kernel's version; every update of macOS changes it. */
  readonly kernel: string;
  readonly arch: string;
  readonly cpu: string;
  readonly processors: number;
  readonly memoryGiB: number;
  /** Tells installations apart without giving their number away; null where the system has no file with one. */
  readonly installation: string | null;
}

/** What a reader of a recording wants to know besides. */
export interface MachineDescription extends Machine {
  /** Name and version of the operating system. */
  readonly system: string;
  readonly virtualMachine: VirtualMachine;
}

export interface VirtualMachine {
  /** Software cannot prove that there is no hypervisor: "no" means that none shows itself. */
  readonly answer: "yes" | "no" | "unknown";
  readonly evidence: string;
}

export function identifyMachine(host: Host): Machine {
  const { os, arch } = host;
  if (os === "darwin") {
    const processors = cpus();
    const cpu = processors[0]?.model.trim() ?? "unknown";
    const memoryGiB = wholeGiB(totalmem());
    return { os, kernel: release(), arch, cpu, processors: processors.length, memoryGiB, installation: null };
  }
  const cpuinfo = host.readText("/proc/cpuinfo") ?? "";
  const memoryKiB = /^MemTotal:\s+(\d+) kB$/m.exec(host.readText("/proc/meminfo") ?? "")?.[1];
  return {
    os,
    kernel: host.readText("/proc/sys/kernel/osrelease")?.trim() ?? "unknown",
    arch,
    cpu: linuxProcessor(cpuinfo),
    processors: cpuinfo.match(/^processor\s*:/gm)?.length ?? 0,
    memoryGiB: wholeGiB(Number(memoryKiB ?? 0) * 1024),
    installation: installation(host.readText("/etc/machine-id")?.trim()),
  };
}

/** Runs system tools on macOS. @throws the signal's reason */
export async function describeMachine(host: Host, signal: AbortSignal): Promise<MachineDescription> {
  const machine = identifyMachine(host);
  if (host.os === "linux") {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(host.readText("/etc/os-release") ?? "")?.[1];
    return { ...machine, system: name ?? "Linux", virtualMachine: linuxVirtualMachine(host) };
  }
  const version = await answer(host, "sw_vers", ["-productVersion"], signal);
  const present = await answer(host, "sysctl", ["-n", "kern.hv_vmm_present"], signal);
  const virtualMachine: VirtualMachine = {
    answer: present === "1" ? "yes" : present === "0" ? "no" : "unknown",
    evidence: `kern.hv_vmm_present is ${present ?? "absent"}`,
  };
  return { ...machine, system: `macOS ${version ?? "of unknown version"}`, virtualMachine };
}

/** In what `a` and `b` differ, in words; empty where they are the same machine. */
export function machineDifferences(a: Machine, b: Machine): string[] {
  const keys = ["os", "kernel", "arch", "cpu", "processors", "memoryGiB", "installation"] as const;
  return keys.filter((key) => a[key] !== b[key]).map((key) => `${key} ${a[key]}, now ${b[key]}`);
}

/** The name on x86-64; on arm64 the registers that stand for one. */
function linuxProcessor(cpuinfo: string): string {
  const value = (key: string) => new RegExp(`^${key}\\s*:\\s*(.+)$`, "m").exec(cpuinfo)?.[1]?.trim();
  const name = value("model name");
  if (name) return name;
  const implementer = value("CPU implementer");
  return implementer ? `implementer ${implementer} part ${value("CPU part") ?? "unknown"}` : "unknown";
}

/** What hypervisors call themselves in the machine's own description of its hardware (DMI). */
const HYPERVISORS =
  /qemu|kvm|vmware|virtualbox|innotek|virtual machine|xen|amazon ec2|google compute|parallels|bochs|bhyve|firecracker|apple virtualization|openstack|hvm/i;

function linuxVirtualMachine(host: Host): VirtualMachine {
  const flags = /^(?:flags|Features)\s*:\s*(.+)$/m.exec(host.readText("/proc/cpuinfo") ?? "")?.[1] ?? "";
  if (/\bhypervisor\b/.test(flags)) {
    return { answer: "yes", evidence: "the processor's flag 'hypervisor' is set" };
  }
  const type = host.readText("/sys/hypervisor/type")?.trim();
  if (type) return { answer: "yes", evidence: `/sys/hypervisor/type is ${type}` };
  const dmi = ["sys_vendor", "product_name"].map((name) =>
    host.readText(`/sys/class/dmi/id/${name}`)?.trim(),
  );
  const hardware = dmi.filter((text) => text).join(" ");
  if (HYPERVISORS.test(hardware)) return { answer: "yes", evidence: `the hardware is called ${hardware}` };
  // On arm64 no flag says it, so that only the hardware's name could.
  if (hardware === "" && host.arch !== "x64") {
    return { answer: "unknown", evidence: "the hardware has no name (DMI)" };
  }
  return { answer: "no", evidence: hardware === "" ? "no hypervisor flag" : `the hardware is ${hardware}` };
}

/** Apple's own, absolute as all tools are. They answer in a few milliseconds. */
const ANSWER_LIMITS = { timeoutMs: 2_000, maxBytes: 4_096 };

/** What a tool prints; undefined where it does not. */
async function answer(
  host: Host,
  name: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const tool = host.findTool(name);
  if (tool === undefined) return undefined;
  try {
    const { stdout, exitCode } = await host.run(tool, args, ANSWER_LIMITS, signal);
    return exitCode === 0 ? Buffer.from(stdout).toString().trim() : undefined;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function wholeGiB(bytes: number): number {
  return Math.round(bytes / 2 ** 30);
}

/** machine-id(5) asks programs not to show it, but a keyed hash of it. */
function installation(machineId: string | undefined): string | null {
  if (!machineId) return null;
  return createHash("sha256").update(`esoteric-entropy:${machineId}`).digest("hex").slice(0, 16);
}
