/** Identifies the machine that noise was measured on: figures of one machine say little about another. */
import { createHash } from "node:crypto";
import { cpus, release, totalmem } from "node:os";
import { visible } from "#kit/format/visible.ts";
import { ToolError } from "../errors.ts";
import type { Host } from "./host.ts";

/** The properties that noise may depend on. Finding them out takes a millisecond and no subprocess. */
export interface Machine {
  readonly os: "linux" | "darwin";
  /** Kernel version; every update of macOS changes it. */
  readonly kernel: string;
  readonly arch: string;
  readonly cpu: string;
  readonly processors: number;
  readonly memoryGiB: number;
  /** Keyed hash of /etc/machine-id, 16 hex digits; null where there is no such file. */
  readonly installation: string | null;
}

/** A machine as recordings describe it. */
export interface MachineDescription extends Machine {
  /** Name and version of the operating system. */
  readonly system: string;
  readonly virtualMachine: VirtualMachine;
}

export interface VirtualMachine {
  /** "no" means that no hypervisor shows itself: software cannot prove that there is none. */
  readonly answer: "yes" | "no" | "unknown";
  readonly evidence: string;
}

export function identifyMachine(host: Host): Machine {
  const { os, arch } = host;
  if (os === "darwin") {
    const processors = cpus();
    const cpu = shown(processors[0]?.model);
    const memoryGiB = wholeGiB(totalmem());
    return {
      os,
      kernel: shown(release()),
      arch,
      cpu,
      processors: processors.length,
      memoryGiB,
      installation: null,
    };
  }
  const cpuinfo = host.readText("/proc/cpuinfo") ?? "";
  const memoryKiB = /^MemTotal:\s+(\d+) kB$/m.exec(host.readText("/proc/meminfo") ?? "")?.[1];
  return {
    os,
    kernel: shown(host.readText("/proc/sys/kernel/osrelease")),
    arch,
    cpu: shown(linuxProcessor(cpuinfo)),
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
    const { answer, evidence } = linuxVirtualMachine(host);
    return {
      ...machine,
      system: shown(name, "Linux"),
      virtualMachine: { answer, evidence: shown(evidence) },
    };
  }
  const version = await answer(host, "sw_vers", ["-productVersion"], signal);
  const present = await answer(host, "sysctl", ["-n", "kern.hv_vmm_present"], signal);
  const virtualMachine: VirtualMachine = {
    answer: present === "1" ? "yes" : present === "0" ? "no" : "unknown",
    evidence: shown(`kern.hv_vmm_present is ${present ?? "absent"}`),
  };
  return { ...machine, system: shown(`macOS ${version ?? "of unknown version"}`), virtualMachine };
}

/** Most characters that profiles and recordings are read with. */
const MOST_TEXT = 200;

/** Makes a text that profiles and recordings can hold: a hypervisor may call the machine whatever it likes. */
function shown(text: string | undefined, otherwise = "unknown"): string {
  return visible(text?.trim() || otherwise).slice(0, MOST_TEXT);
}

/** Describes how machine `a` differs from `b`, one property each; empty where they are the same. */
export function machineDifferences(a: Machine, b: Machine): string[] {
  const keys = ["os", "kernel", "arch", "cpu", "processors", "memoryGiB", "installation"] as const;
  return keys.filter((key) => a[key] !== b[key]).map((key) => `${key} ${a[key]}, now ${b[key]}`);
}

/** Returns the processor's name; on arm64, where it has none, its identification registers. */
function linuxProcessor(cpuinfo: string): string {
  const value = (key: string) => new RegExp(`^${key}\\s*:\\s*(.+)$`, "m").exec(cpuinfo)?.[1]?.trim();
  const name = value("model name");
  if (name) return name;
  const implementer = value("CPU implementer");
  return implementer ? `implementer ${implementer} part ${value("CPU part") ?? "unknown"}` : "unknown";
}

/** Names of hypervisors in the hardware's description of itself (DMI). */
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
  // arm64 has no such flag: without a hardware name nothing is known.
  if (hardware === "" && host.arch !== "x64") {
    return { answer: "unknown", evidence: "the hardware has no name (DMI)" };
  }
  return { answer: "no", evidence: hardware === "" ? "no hypervisor flag" : `the hardware is ${hardware}` };
}

/** For Apple's own tools, which answer in a few milliseconds. */
const ANSWER_LIMITS = { timeoutMs: 2_000, maxBytes: 4_096 };

/** Runs a tool and returns its trimmed output; undefined if it is missing or fails. */
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

/** machine-id(5) asks programs to show a keyed hash, never the id itself. */
function installation(machineId: string | undefined): string | null {
  if (!machineId) return null;
  return createHash("sha256").update(`esoteric-entropy:${machineId}`).digest("hex").slice(0, 16);
}
