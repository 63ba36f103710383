import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../../../../test/support/run-process.ts";
import { MIGRATIONS } from "../../src/cryptex-store/migrations.ts";
import { openMemoryStore, openStore, type Store } from "../../src/cryptex-store/store.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cryptex-store-"));
  path = join(folder, "store.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

const CHILD = join(import.meta.dir, "store-child.ts");
const child = (...words: string[]) => [process.execPath, CHILD, ...words];

function faultOf(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function addRow(store: Store, text: string): void {
  store.write((db) => db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES (?, 0)").run(text));
}

function rowsOf(store: Store): string[] {
  const rows = store.db.query<{ path: string }, []>("SELECT path FROM rule_roots ORDER BY rowid").all();
  return rows.map((row) => row.path);
}

function expectSound(store: Store): void {
  const checks = ["PRAGMA integrity_check", "PRAGMA foreign_key_check"].map((sql) =>
    store.db.query(sql).values(),
  );
  expect(checks).toEqual([[["ok"]], []]);
}

describe("the place of the store", () => {
  test("is made where it is missing, for its owner alone", () => {
    const env = { XDG_DATA_HOME: join(folder, "a", "b"), HOME: folder };
    using store = openStore(undefined, { env });
    addRow(store, "row");
    expect(statSync(join(folder, "a", "b", "cryptex")).mode & 0o777).toBe(0o700);
    for (const end of ["", "-wal", "-shm"]) {
      const file = `${store.path}${end}`;
      expect(existsSync(file) ? statSync(file).mode & 0o777 : 0o600, file).toBe(0o600);
    }
  });

  test("is not made in a folder that the user names and is not there", () => {
    const error = faultOf(() => openStore(join(folder, "missing", "store.db")));
    expect(error.fault).toBe("unreachable");
    expect(error.hints).not.toEqual([]);
    expect(existsSync(join(folder, "missing"))).toBe(false);
  });

  test("may have any name, a hostile one too", () => {
    for (const name of [":memory:", "file:x?mode=memory", "a b'c\"d.db", "-wal", "größe.db"]) {
      const file = join(folder, name);
      {
        using store = openStore(file);
        addRow(store, name);
      }
      using again = openStore(file);
      expect(rowsOf(again)).toEqual([name]);
      expect(existsSync(file)).toBe(true);
    }
    expect(faultOf(() => openStore("a\0b")).fault).toBe("unreachable");
    const obeyed = join(folder, "\x1b[31m", "store.db");
    expect(faultOf(() => openStore(obeyed)).message).toContain("\\x1B[31m");
  });
});

describe("a file that is no store is told apart and left as it is", () => {
  test("a folder", () => {
    expect(faultOf(() => openStore(folder)).message).toContain("is a folder");
  });

  test("a device", () => {
    expect(faultOf(() => openStore("/dev/null")).message).toContain("is no regular file");
  });

  test("a file of something else", () => {
    const text = "rule a { condition: true }\n".repeat(100);
    writeFileSync(path, text);
    const error = faultOf(() => openStore(path));
    expect(error.fault).toBe("not-a-store");
    expect(error.message).toContain("is no database");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("a database of another program", () => {
    new Database(path).run("CREATE TABLE bookmarks (url TEXT)");
    const before = readFileSync(path);
    const error = faultOf(() => openStore(path));
    expect(error.fault).toBe("not-a-store");
    expect(error.message).toContain("another program");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a store of a newer version", () => {
    {
      using store = openStore(path);
      addRow(store, "row");
      store.db.run(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    }
    const before = readFileSync(path);
    const error = faultOf(() => openStore(path));
    expect(error.fault).toBe("newer");
    expect(error.message).toContain(`schema ${MIGRATIONS.length + 1}`);
    expect(error.hints.join()).toContain("newer version");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a damaged store, in its head and in its tables", () => {
    {
      using store = openStore(path);
      store.write((db) => {
        const insert = db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES (?, 0)");
        for (let i = 0; i < 2_000; i++) insert.run(`${i} ${"x".repeat(100)}`);
      });
    }
    const bytes = readFileSync(path);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xa5, 100, 4096);
    writeFileSync(path, damaged);
    expect(["damaged", "not-a-store"]).toContain(faultOf(() => openStore(path)).fault);

    const inTables = Buffer.from(bytes);
    for (let page = 20; page * 4096 < bytes.length; page++)
      inTables.fill(0xff, page * 4096, page * 4096 + 200);
    writeFileSync(path, inTables);
    const error = faultOf(() => {
      using store = openStore(path);
      store.read((db) => db.query("SELECT * FROM rule_roots").all());
    });
    expect(error.fault).toBe("damaged");
    expect(error.hints.join()).toContain("move it away");
  });

  test("a store that is cut off", () => {
    {
      using store = openStore(path);
      for (let i = 0; i < 20; i++) addRow(store, "x".repeat(5_000));
    }
    writeFileSync(path, readFileSync(path).subarray(0, 5 * 4096));
    expect(faultOf(() => rowsOf(openStore(path))).fault).toBe("damaged");
  });
});

describe("a store that cannot be written", () => {
  test("a read-only one is a fault in words, and stays as it is", async () => {
    const isRoot = process.getuid?.() === 0;
    {
      using store = openStore(path);
      addRow(store, "kept");
    }
    chmodSync(path, 0o444);
    chmodSync(folder, 0o555);
    // Permissions do not bind root, who becomes another user, whatever number that is.
    const { stdout, stderr } = await runProcess(child("write", path, ...(isRoot ? ["65534"] : [])));
    chmodSync(folder, 0o755);
    chmodSync(path, 0o644);
    expect(stderr).toBe("");
    const { fault, hints } = JSON.parse(stdout);
    expect(["read-only", "unreachable"]).toContain(fault);
    expect(hints).not.toEqual([]);
    using store = openStore(path);
    expect(rowsOf(store)).toEqual(["kept"]);
  });

  test("a full one keeps what was committed and takes up again", () => {
    using store = openStore(path);
    const pages = store.db.query<{ page_count: number }, []>("PRAGMA page_count").get()!.page_count;
    store.db.run(`PRAGMA max_page_count = ${pages + 20}`);
    const added: string[] = [];
    const error = faultOf(() => {
      for (;;) {
        const text = `${added.length} ${"x".repeat(3_000)}`;
        addRow(store, text);
        added.push(text);
      }
    });
    expect(error.fault).toBe("full");
    expect(error.message).toContain("disk is full");
    expect(error.hints).not.toEqual([]);
    expect(added.length).toBeGreaterThan(5);
    expect(rowsOf(store)).toEqual(added);
    expectSound(store);
    store.db.run("PRAGMA max_page_count = 1000000");
    addRow(store, "more");
    expect(rowsOf(store)).toEqual([...added, "more"]);
  });

  test("one that hits the system's limit on files keeps what was committed", async () => {
    // SIGXFSZ is ignored, so that a write beyond the limit fails. The limit counts 512 bytes in a POSIX shell, 1024 in some.
    const limited = 'trap "" XFSZ; ulimit -f 600; exec "$@"';
    const { stdout, stderr } = await runProcess(["sh", "-c", limited, "sh", ...child("fill", path)]);
    expect(stderr).toBe("");
    const { fault, added } = JSON.parse(stdout);
    expect(["full", "unreachable"]).toContain(fault);
    expect(added).toBeGreaterThan(5);
    using store = openStore(path);
    expect(rowsOf(store).length).toBe(added);
    expectSound(store);
  });
});

describe("several programs", () => {
  test("that write at once wait for each other and lose nothing", async () => {
    const names = ["one", "two", "three"];
    const ended = await Promise.all(names.map((name) => runProcess(child("count", path, name, "60"))));
    expect(ended.map(({ stderr }) => stderr)).toEqual(["", "", ""]);
    using store = openStore(path);
    const rows = rowsOf(store);
    for (const name of names) {
      const own = rows.filter((row) => row.startsWith(name));
      expect(own).toEqual(Array.from({ length: 60 }, (_, i) => `${name} ${i}`));
    }
    expectSound(store);
  });

  test("one that is killed loses no row that it had committed, and blocks nobody", async () => {
    const victim = Bun.spawn(child("count", path, "row", "100000"), { stdout: "pipe" });
    let said = "";
    for await (const chunk of victim.stdout) {
      said += new TextDecoder().decode(chunk);
      if (said.split("\n").length > 40) victim.kill("SIGKILL");
    }
    await victim.exited;
    expect(victim.signalCode).toBe("SIGKILL");
    const committed = said.split("\n").length - 1;
    using store = openStore(path);
    const rows = rowsOf(store);
    expect(rows.length).toBeGreaterThanOrEqual(committed);
    expect(rows).toEqual(rows.map((_, i) => `row ${i}`));
    expectSound(store);
    addRow(store, "after");
  });

  test("one that writes without end is named as the reason", () => {
    using store = openStore(path);
    using other = openStore(path, { waitMs: 1 });
    store.write(() => {
      expect(faultOf(() => addRow(other, "row")).fault).toBe("busy");
      expect(rowsOf(other)).toEqual([]);
    });
    addRow(other, "row");
    expect(rowsOf(store)).toEqual(["row"]);
  });
});

describe("transactions", () => {
  test("an error in one undoes it, and is passed on", () => {
    using store = openMemoryStore();
    const work = () =>
      store.write((db) => {
        db.query("INSERT INTO rule_roots (path, is_include_folder) VALUES ('a', 0)").run();
        throw new RangeError("mine");
      });
    expect(work).toThrow(RangeError);
    expect(rowsOf(store)).toEqual([]);
    expect(store.db.inTransaction).toBe(false);
  });

  test("one within another is part of it: kept or undone with all of it", () => {
    using store = openMemoryStore();
    store.write(() => {
      addRow(store, "a");
      expect(store.read(() => rowsOf(store))).toEqual(["a"]);
      addRow(store, "b");
    });
    const both = () =>
      store.write(() => {
        addRow(store, "c");
        throw new RangeError("mine");
      });
    expect(both).toThrow(RangeError);
    expect(rowsOf(store)).toEqual(["a", "b"]);
    addRow(store, "d");
    expect(rowsOf(store)).toEqual(["a", "b", "d"]);
  });

  test("the disk is waited for, unless a writer says otherwise; one within another goes by the outer", () => {
    using store = openStore(path);
    // https://sqlite.org/pragma.html#pragma_synchronous
    const [flushed, left] = [2, 1];
    const mode = () => store.db.query<{ synchronous: number }, []>("PRAGMA synchronous").get()!.synchronous;
    expect(store.write(mode)).toBe(flushed);
    expect(store.write(mode, { flush: false })).toBe(left);
    expect(store.write(() => store.write(mode), { flush: false })).toBe(left);
    expect(store.write(() => store.write(mode, { flush: false }))).toBe(flushed);
    expect(() =>
      store.write(
        () => {
          throw new Error("undone");
        },
        { flush: false },
      ),
    ).toThrow("undone");
    expect(store.write(mode)).toBe(flushed);
  });

  test("a reader sees one state, whatever others write meanwhile", () => {
    using store = openStore(path);
    using other = openStore(path);
    addRow(store, "before");
    store.read(() => {
      expect(rowsOf(store)).toEqual(["before"]);
      addRow(other, "meanwhile");
      expect(rowsOf(store)).toEqual(["before"]);
    });
    expect(rowsOf(store)).toEqual(["before", "meanwhile"]);
  });

  test("compacting gives room back", () => {
    using store = openStore(path);
    for (let i = 0; i < 50; i++) addRow(store, "x".repeat(20_000));
    const full = store.usedBytes();
    store.write((db) => db.run("DELETE FROM rule_roots"));
    store.compact();
    store.db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    expect(store.usedBytes()).toBeLessThan(full / 2);
    expect(statSync(path).size).toBe(store.usedBytes());
    expectSound(store);
  });
});
