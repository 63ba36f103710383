/**
 * The schema of the store, as the steps by which it came about. A step that was released is never changed: a new one follows
 * it. `user_version` of the database is the number of steps that it has seen.
 */
import type { Database } from "bun:sqlite";
import { ANOTHER_STORE, StoreError } from "./store-error.ts";

/** "crpx" in ASCII: tells our databases from others (https://sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x63_72_70_78;

const RULES = `
  -- What a rule file says, by its content. Columns with JSON are described in rule-facts.ts.
  CREATE TABLE rule_contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 BLOB NOT NULL,
    reader TEXT NOT NULL,
    includes TEXT,
    faults TEXT,
    UNIQUE (sha256, reader)
  ) STRICT;
  CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content INTEGER NOT NULL REFERENCES rule_contents (id),
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX rules_by_content ON rules (content);
  CREATE INDEX rules_by_name ON rules (name);
  CREATE TABLE rule_fields (
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    rule INTEGER NOT NULL REFERENCES rules (id),
    PRIMARY KEY (field, value, rule)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rule_fields_by_rule ON rule_fields (rule);
  CREATE VIRTUAL TABLE rule_text USING fts5 (name, tags, meta, strings, tokenize = 'trigram');
  CREATE VIRTUAL TABLE rule_grams USING fts5vocab (rule_text, row);
  -- Contents of files, for as long as the stamp of the file is the same.
  CREATE TABLE rule_files (
    path TEXT PRIMARY KEY,
    stamp TEXT NOT NULL,
    content INTEGER NOT NULL REFERENCES rule_contents (id),
    used_day INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rule_files_by_content ON rule_files (content);
  -- What "rules index" was last asked to read.
  CREATE TABLE rule_roots (path TEXT NOT NULL, is_include_folder INTEGER NOT NULL) STRICT;
`;

const SEEN_FILES = `
  -- Rows of a scope that is dropped meanwhile are never taken for another's: AUTOINCREMENT gives no number twice.
  CREATE TABLE seen_scopes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    used_day INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE seen_folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope INTEGER NOT NULL REFERENCES seen_scopes (id),
    folder TEXT NOT NULL,
    UNIQUE (scope, folder)
  ) STRICT;
  -- Numbers as JavaScript has them: a REAL gives each back exactly.
  CREATE TABLE seen_files (
    folder INTEGER NOT NULL REFERENCES seen_folders (id),
    name TEXT NOT NULL,
    dev REAL NOT NULL,
    ino REAL NOT NULL,
    size REAL NOT NULL,
    mtime REAL NOT NULL,
    ctime REAL NOT NULL,
    result TEXT,
    PRIMARY KEY (folder, name)
  ) STRICT, WITHOUT ROWID;
`;

const DICTIONARY = `
  -- The dictionary: see dictionary/entry.ts. Lists are JSON. Columns that searches look at come first.
  CREATE TABLE dict_entries (
    id INTEGER PRIMARY KEY,
    codename TEXT NOT NULL UNIQUE,
    symbol TEXT NOT NULL,
    status TEXT NOT NULL,
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    tags TEXT NOT NULL,
    deps TEXT NOT NULL,
    summary TEXT NOT NULL,
    location TEXT NOT NULL,
    owner TEXT NOT NULL,
    risk TEXT NOT NULL,
    line_references TEXT NOT NULL,
    signature TEXT NOT NULL,
    notes TEXT NOT NULL,
    pseudocode TEXT NOT NULL
  ) STRICT;
  CREATE INDEX dict_entries_by_status ON dict_entries (status);
  -- Two indexes without contents of their own; dictionary-rows.ts keeps them.
  CREATE VIRTUAL TABLE dict_names USING fts5 (codename, symbol, tags, content = '', tokenize = 'trigram');
  CREATE VIRTUAL TABLE dict_texts USING fts5 (texts, content = '', tokenize = 'unicode61');
  -- Nothing is ever deleted here, so numbers only grow.
  CREATE TABLE dict_history (
    seq INTEGER PRIMARY KEY,
    codename TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    fields TEXT NOT NULL
  ) STRICT;
  CREATE INDEX dict_history_by_codename ON dict_history (codename);
`;

const JOURNAL = `
  -- Scans, as they were asked for: see results/journal.ts. One without an id is being removed.
  CREATE TABLE scans (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE,
    origin TEXT NOT NULL,
    key TEXT,
    created INTEGER NOT NULL,
    request TEXT,
    hidden TEXT,
    UNIQUE (origin, key)
  ) STRICT;
  -- What came of them so far. It is written anew with each batch of lines, so that what may be long stands above.
  CREATE TABLE scan_states (
    scan INTEGER PRIMARY KEY REFERENCES scans (number),
    state TEXT NOT NULL,
    started INTEGER,
    ended INTEGER,
    start_line TEXT,
    end_line TEXT,
    counts TEXT NOT NULL,
    reason TEXT,
    checkpoint TEXT
  ) STRICT;
  CREATE INDEX scan_states_by_state ON scan_states (state);
  -- AUTOINCREMENT gives no number twice. One writer at a time: who reads up to a number has seen all lines below it.
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    scan INTEGER REFERENCES scans (number),
    type TEXT NOT NULL,
    data TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_scan ON journal (scan);
  -- Files whose lines are taken in as they come: see telemetry-agent/followed-files.ts. Numbers as JavaScript has them.
  CREATE TABLE followed_files (
    dev REAL NOT NULL,
    ino REAL NOT NULL,
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (dev, ino)
  ) STRICT, WITHOUT ROWID;
`;

const ARTIFACTS = `
  -- Things that tools have made, by their content: see artifacts.ts. The ones that were made first have the lowest numbers.
  CREATE TABLE artifacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    licence TEXT NOT NULL,
    provenance TEXT NOT NULL,
    at TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
`;

const GAP = `
  -- Code bases by the real paths of their folders, with the report that was made last: see gap/gap-store.ts.
  CREATE TABLE gap_roots (
    id INTEGER PRIMARY KEY,
    root TEXT NOT NULL UNIQUE,
    at TEXT,
    report TEXT
  ) STRICT;
  -- Counts, each from the time on since when they have been these.
  CREATE TABLE gap_points (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL REFERENCES gap_roots (id),
    at TEXT NOT NULL,
    counts TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gap_points_by_root ON gap_points (root);
  -- What people set for a component.
  CREATE TABLE gap_facts (
    root INTEGER NOT NULL REFERENCES gap_roots (id),
    component TEXT NOT NULL,
    responsible TEXT,
    linked_cryptex TEXT,
    PRIMARY KEY (root, component)
  ) STRICT, WITHOUT ROWID;
  -- Which status an entry of the dictionary was last to have; null where the report said none.
  CREATE TABLE gap_settled (
    root INTEGER NOT NULL REFERENCES gap_roots (id),
    codename TEXT NOT NULL,
    status TEXT,
    PRIMARY KEY (root, codename)
  ) STRICT, WITHOUT ROWID;
`;

const TRIGGERS = `
  -- Web hooks: see gateway/triggers/. Frames up to the position have been looked at.
  CREATE TABLE triggers (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    scan TEXT,
    rule TEXT,
    tag TEXT,
    secret TEXT NOT NULL,
    position INTEGER NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    last_success INTEGER NOT NULL DEFAULT 0,
    paused TEXT
  ) STRICT;
  -- Frames of the journal that wait to be delivered. The frame itself stays in the journal.
  CREATE TABLE deliveries (
    trigger_number INTEGER NOT NULL REFERENCES triggers (number),
    seq INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    first_try INTEGER,
    due INTEGER NOT NULL,
    PRIMARY KEY (trigger_number, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_due ON deliveries (trigger_number, due, seq);
`;

export const MIGRATIONS: readonly string[] = [
  RULES,
  SEEN_FILES,
  DICTIONARY,
  JOURNAL,
  ARTIFACTS,
  GAP,
  TRIGGERS,
];

/**
 * Brings a database to the newest schema, each step in a transaction of its own. Programs that open one at the same time wait
 * for each other, and each step is done once.
 * @throws StoreError for a database of a newer version or of another program, which is left as it is
 */
export function migrate(db: Database, path: string, steps: readonly string[] = MIGRATIONS): void {
  let version = versionOf(db, path, steps.length);
  while (version < steps.length) {
    db.run("BEGIN IMMEDIATE");
    try {
      version = versionOf(db, path, steps.length);
      if (version < steps.length) {
        db.run(steps[version]!);
        version += 1;
        db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
        db.run(`PRAGMA user_version = ${version}`);
      }
      db.run("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.run("ROLLBACK");
      throw error;
    }
  }
}

function versionOf(db: Database, path: string, newest: number): number {
  const version = numberOf(db, "PRAGMA user_version");
  const isOurs = numberOf(db, "PRAGMA application_id") === APPLICATION_ID;
  const isEmpty = numberOf(db, "SELECT count(*) FROM sqlite_schema") === 0 && version === 0;
  if (!isOurs && !isEmpty) {
    throw new StoreError("not-a-store", `the store ${path} is a database of another program`, [
      ANOTHER_STORE,
    ]);
  }
  if (version > newest) {
    throw new StoreError(
      "newer",
      `the store ${path} has schema ${version}, and this version of the program knows schemas up to ${newest}`,
      ["use the newer version that wrote it", ANOTHER_STORE],
    );
  }
  return version;
}

/** Runs a statement that answers with one number. */
export function numberOf(db: Database, sql: string): number {
  using statement = db.prepare<number[], []>(sql);
  return Number(statement.values()[0]![0]);
}
