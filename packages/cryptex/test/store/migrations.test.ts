import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { MIGRATIONS, migrate, numberOf } from "../../src/cryptex-store/migrations.ts";
import { StoreError } from "../../src/cryptex-store/store-error.ts";

/** The schema as SQLite keeps it; names and definitions. */
function schemaOf(db: Database): unknown[] {
  return db.query("SELECT type, name, sql FROM sqlite_schema ORDER BY name").values();
}

function migrated(steps: readonly string[] = MIGRATIONS): Database {
  const db = new Database(":memory:");
  migrate(db, "test", steps);
  return db;
}

describe("migrations", () => {
  for (let version = 0; version < MIGRATIONS.length; version++) {
    test(`from schema ${version}: the same schema as from nothing, and what was there stays`, () => {
      const db = version === 0 ? new Database(":memory:") : migrated(MIGRATIONS.slice(0, version));
      if (version > 0) db.run("INSERT INTO rule_roots (path, is_include_folder) VALUES ('kept', 0)");
      migrate(db, "test");
      expect(numberOf(db, "PRAGMA user_version")).toBe(MIGRATIONS.length);
      expect(schemaOf(db)).toEqual(schemaOf(migrated()));
      if (version > 0) expect(db.query("SELECT path FROM rule_roots").values()).toEqual([["kept"]]);
    });
  }

  test("a second time nothing is done", () => {
    const db = migrated();
    const before = numberOf(db, "SELECT total_changes()");
    migrate(db, "test", MIGRATIONS);
    expect(numberOf(db, "SELECT total_changes()")).toBe(before);
  });

  test("a step that fails half-way is undone as a whole, and the steps before it stay", () => {
    const steps = [
      "CREATE TABLE one (b ANY) STRICT",
      "CREATE TABLE two (b ANY) STRICT; CREATE TABLE two (c ANY)",
    ];
    const db = new Database(":memory:");
    expect(() => migrate(db, "test", steps)).toThrow();
    expect(numberOf(db, "PRAGMA user_version")).toBe(1);
    expect(db.query("SELECT name FROM sqlite_schema").values()).toEqual([["one"]]);
    expect(db.inTransaction).toBe(false);
    migrate(db, "test", [steps[0]!, "CREATE TABLE two (b ANY) STRICT"]);
    expect(numberOf(db, "PRAGMA user_version")).toBe(2);
  });

  test("a newer schema, or another program's, is refused", () => {
    const newer = migrated([...MIGRATIONS, "CREATE TABLE future (a ANY) STRICT"]);
    expect(() => migrate(newer, "test")).toThrow(StoreError);
    const other = new Database(":memory:");
    other.run("CREATE TABLE a (b)");
    expect(() => migrate(other, "test")).toThrow("another program");
    const versioned = new Database(":memory:");
    versioned.run("PRAGMA user_version = 1");
    expect(() => migrate(versioned, "test")).toThrow("another program");
  });

  test("every table is strict, but for the indexes of texts and their parts", () => {
    const lax = migrated()
      .query(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
      )
      .values()
      .flat();
    expect(lax.filter((name) => !/^(rule_(text|grams)|dict_(names|texts))/.test(String(name)))).toEqual([]);
  });
});
