/**
 * A virtual machine takes its entropy from `device --egd`, and from the FIFO of `device`: as docs/INTEGRATION.md says for QEMU. Runs with
 * EE_QEMU_LINUX, a folder into which a kernel and a static busybox were unpacked, as Debian has them:
 *
 *     apt-get download linux-image-6.1.0-57-cloud-amd64 busybox-static
 *     for package in *.deb; do dpkg-deb -x $package FOLDER; done
 */
import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "#kit/make/checkout.ts";
import { runProcess } from "../support/run-process.ts";
import { StartedProgram } from "../support/started-program.ts";

const FOLDER = process.env["EE_QEMU_LINUX"];
const QEMU = Bun.which("qemu-system-x86_64");
const isAsked = FOLDER !== undefined && QEMU !== null;
if (!isAsked)
  console.warn("skipped: a virtual machine takes qemu-system-x86_64, and EE_QEMU_LINUX with a kernel");

/** In the order in which they need each other. */
const MODULES = [
  ...["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"],
  "virtio-rng",
];

const INIT = `#!/bin/busybox sh
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t sysfs sys /sys
for module in ${MODULES.join(" ")}; do /bin/busybox insmod /mod/$module.ko; done
echo "from $(/bin/busybox cat /sys/class/misc/hw_random/rng_current)"
echo "hex $(/bin/busybox head -c 32 /dev/hwrng | /bin/busybox od -An -tx1 | /bin/busybox tr -d ' \\n') end"
echo "read $(/bin/busybox head -c 4096 /dev/hwrng | /bin/busybox wc -c) bytes"
/bin/busybox poweroff -f
`;

/** An archive of cpio, "newc", as the kernel unpacks it. @param files without content are folders */
function archive(files: Readonly<Record<string, Uint8Array | undefined>>): Uint8Array {
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)]);
  const entries = Object.entries({ ...files, "TRAILER!!!": new Uint8Array(0) }).flatMap(([name, content]) => {
    const mode = content ? 0o100755 : 0o040755;
    const size = content?.length ?? 0;
    const numbers = [0, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length + 1, 0];
    const head = `070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}${name}\0`;
    return [padded(Buffer.from(head)), padded(content ?? new Uint8Array(0))];
  });
  return Buffer.concat(entries);
}

/** The only file below the folder that matches. */
function found(pattern: string): string {
  const [path, ...others] = new Bun.Glob(pattern).scanSync({ cwd: FOLDER!, absolute: true, onlyFiles: true });
  if (path === undefined || others.length > 0) throw new Error(`${FOLDER} has not one file ${pattern}`);
  return path;
}

function firstDisk(): Uint8Array {
  const modules = MODULES.map((name) => found(`**/${name}.ko`));
  return archive({
    ...{ bin: undefined, dev: undefined, sys: undefined, mod: undefined },
    init: Buffer.from(INIT),
    "bin/busybox": readFileSync(found("**/bin/busybox")),
    ...Object.fromEntries(modules.map((path) => [`mod/${basename(path)}`, readFileSync(path)])),
  });
}

/** The backend of the virtual device, over a path that the program serves. */
const BACKENDS = {
  egd: (path: string) => [
    ...["-chardev", `socket,path=${path},id=egd`],
    ...["-object", "rng-egd,chardev=egd,id=rng0"],
  ],
  fifo: (path: string) => ["-object", `rng-random,filename=${path},id=rng0`],
};

for (const [kind, backend] of Object.entries(BACKENDS)) {
  test.if(isAsked)(`a guest reads the bytes of ${kind}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ee-qemu-"));
    try {
      const path = join(folder, "s");
      const disk = join(folder, "disk.gz");
      writeFileSync(disk, gzipSync(firstDisk()));
      const args = kind === "egd" ? ["--egd", `unix:${path}`] : [path];
      const program = [process.execPath, join(ROOT, "src/main.ts"), "device", ...args];
      using server = new StartedProgram(program, folder);
      await server.until(` at ${path}`);
      const { stdout, stderr } = await runProcess([
        ...[QEMU!, "-accel", "tcg", "-cpu", "max", "-m", "256", "-nographic", "-no-reboot", "-nodefaults"],
        ...["-serial", "stdio", "-kernel", found("**/boot/vmlinuz*"), "-initrd", disk],
        ...["-append", "console=ttyS0 quiet panic=-1"],
        ...backend(path),
        ...["-device", "virtio-rng-pci,rng=rng0"],
      ]);
      expect(stdout, stderr).toContain("from virtio_rng.0");
      expect(stdout).toMatch(/hex [0-9a-f]{64} end/);
      expect(stdout).toContain("read 4096 bytes");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
