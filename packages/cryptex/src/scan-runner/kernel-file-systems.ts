/** File systems that show the state of the kernel and hold no files: to read them says nothing, may wait, and has no end. */
import { statfsSync } from "node:fs";

export class KernelFileSystems {
  /** By device; undefined for a real file system. */
  readonly #names = new Map<bigint, string | undefined>();

  /** Says which of them a path is in, in the form that node:fs takes; undefined for a real file system. @throws the error of statfs(2) */
  nameOf(path: string | Buffer, dev: bigint): string | undefined {
    if (!this.#names.has(dev)) {
      // Other systems number their types otherwise, and mount none of these.
      const name = process.platform === "linux" ? MAGIC.get(statfsSync(path).type >>> 0) : undefined;
      this.#names.set(dev, name && `file system of the kernel (${name})`);
    }
    return this.#names.get(dev);
  }
}

/** Types of statfs(2): linux/magic.h. */
const MAGIC: ReadonlyMap<number, string> = new Map([
  [0x9fa0, "proc"],
  [0x62656572, "sysfs"],
  [0x64626720, "debugfs"],
  [0x74726163, "tracefs"],
  [0x73636673, "securityfs"],
  [0x27e0eb, "cgroup"],
  [0x63677270, "cgroup2"],
  [0xcafe4a11, "bpf"],
  [0x62656570, "configfs"],
  [0x6165676c, "pstore"],
  [0xf97cff8c, "selinuxfs"],
  [0x65735543, "fusectl"],
  [0x42494e4d, "binfmt_misc"],
  [0x19800202, "mqueue"],
  [0x1cd1, "devpts"],
  [0x6e736673, "nsfs"],
  [0x50494446, "pidfs"],
]);
