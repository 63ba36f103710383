/**
 * The gap report: which components of a code base are ported, by what evidence, and which are not. The file, the API and the tool of
 * agents have this one form; docs/gap-report.schema.json describes it.
 */
import { createHash } from "node:crypto";
import { safeJson } from "#kit/format/visible.ts";

/** How far the port of a component has come. An excluded component stands apart. */
export const PORT_STATUSES = ["pending", "in_progress", "done", "stale"] as const;
export type PortStatus = (typeof PORT_STATUSES)[number];

/** The same by the three names of the report that was ordered. */
export type RustStatus = "pending" | "in_progress" | "done";

export const RUST_STATUS: Readonly<Record<PortStatus, RustStatus>> = {
  pending: "pending",
  in_progress: "in_progress",
  done: "done",
  // It was done, and has to be looked at again.
  stale: "in_progress",
};

export interface GapComponent {
  /** Path of a file below the root, with slashes; or the name of a part that has no file. */
  readonly component: string;
  /** Null where it is not known: of parts without a file. */
  readonly language: string | null;
  readonly port_status: PortStatus;
  readonly rust_status: RustStatus;
  /** From CODEOWNERS or gap.toml, or set by hand. */
  readonly responsible: string | null;
  /** Codename of an entry of the dictionary. */
  readonly linked_cryptex: string | null;
  /** One for each file that is declared to port it. */
  readonly evidence: readonly Evidence[];
  /** Possible ports, by names alone. They change no status. */
  readonly suggestions: readonly Suggestion[];
  /** Digest of the file, in hexadecimal digits; null where there is no file, or it could not be read. */
  readonly sha256: string | null;
  /** Why it is not done. */
  readonly reason?: string;
  /** Where it was ordered, of parts without a file. */
  readonly order?: string;
}

/** A declaration, and what became of it when it was checked. */
export interface Evidence {
  /** The port: path below the root. */
  readonly to: string;
  /** Files that declare it: gap.toml, or the port itself. */
  readonly declared_in: readonly string[];
  /** Symbols of the component that it is about; none: the whole of it. */
  readonly about: readonly string[];
  /** Symbols that the port has to define. */
  readonly symbols: readonly string[];
  /** `path`, or `path#title`. */
  readonly tests: readonly string[];
  /** SHA-256 that the component had when this was declared. */
  readonly sha256: string | null;
  /** Differences from the declaration. */
  readonly faults: readonly string[];
}

export interface Suggestion {
  readonly candidate: string;
  /** From 0 to 1. */
  readonly score: number;
  readonly why: string;
}

export interface Excluded {
  /** Path of a file, or of a folder with a slash at its end. */
  readonly component: string;
  readonly language: string | null;
  readonly reason: string;
}

export const PROBLEM_KINDS = ["declaration", "stale", "unread", "owners"] as const;

export interface Problem {
  /** A declaration that does not hold; a component that has changed since; what could not be read; a line of CODEOWNERS. */
  readonly kind: (typeof PROBLEM_KINDS)[number];
  /** Null where it concerns none alone. */
  readonly component: string | null;
  /** Where it was found: `path`, or `path:line`. */
  readonly place: string;
  readonly reason: string;
}

export type Counts = Readonly<Record<PortStatus | "excluded" | "problems", number>>;

export interface GapReport {
  readonly schema: 1;
  /** Name of the code base: that of gap.toml, else of its folder. */
  readonly root: string;
  /** In the order of their names, as all lists here. */
  readonly components: readonly GapComponent[];
  readonly excluded: readonly Excluded[];
  readonly counts: Counts;
  readonly problems: readonly Problem[];
}

export function countsOf({ components, excluded, problems }: Omit<GapReport, "counts">): Counts {
  const count = (status: PortStatus) => components.filter(({ port_status }) => port_status === status).length;
  return {
    pending: count("pending"),
    in_progress: count("in_progress"),
    done: count("done"),
    stale: count("stale"),
    excluded: excluded.length,
    problems: problems.length,
  };
}

/** Writes the file: an item a line, so that changes are seen line by line. Equal reports give equal bytes. */
export function reportText(report: GapReport): string {
  const list = (items: readonly unknown[]) =>
    items.length === 0 ? "[]" : `[\n${items.map((item) => `  ${safeJson(item)}`).join(",\n")}\n ]`;
  const members = Object.entries(report).map(
    ([name, value]) => ` "${name}": ${Array.isArray(value) ? list(value) : safeJson(value)}`,
  );
  return `{\n${members.join(",\n")}\n}\n`;
}

/** Names a report by its content: SHA-256 in hexadecimal digits. */
export function reportDigest(report: GapReport): string {
  return createHash("sha256").update(reportText(report)).digest("hex");
}

/** Facts that people set by hand for a component. */
export interface Facts {
  readonly responsible?: string | null;
  readonly linked_cryptex?: string | null;
}

/** Puts what was set by hand into a report, over what files say. */
export function withFacts(report: GapReport, facts: ReadonlyMap<string, Facts>): GapReport {
  const components = report.components.map((component) => {
    const { responsible, linked_cryptex } = facts.get(component.component) ?? {};
    return {
      ...component,
      ...(responsible != null && { responsible }),
      ...(linked_cryptex != null && { linked_cryptex }),
    };
  });
  return { ...report, components };
}
