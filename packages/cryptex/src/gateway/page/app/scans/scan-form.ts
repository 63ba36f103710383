/** The form of a new scan as it is typed, and the order that it makes. */
import type { ScanOrder } from "../../../../../../cryptex-client/src/index.ts";

/** Numbers are null or undefined where nothing, or nonsense, was typed. */
type Typed = number | null | undefined;

export interface ScanForm {
  root: string;
  ruleset: string;
  /** A path a line. */
  paths: string;
  exclude: string;
  archives: Typed;
  recursive: Typed;
  maxSizeMib: Typed;
  timeoutS: Typed;
  maxStrings: Typed;
  threads: Typed;
  /** As fields for times have it, without a zone: in this machine's time. */
  since: string;
  explain: boolean;
  listClean: boolean;
  cache: boolean;
}

export const EMPTY_FORM: ScanForm = {
  root: "",
  ruleset: "",
  paths: ".",
  exclude: "",
  archives: undefined,
  recursive: undefined,
  maxSizeMib: undefined,
  timeoutS: undefined,
  maxStrings: undefined,
  threads: undefined,
  since: "",
  explain: false,
  listClean: false,
  cache: false,
};

const MIB = 2 ** 20;

/** Makes the order, or says what is missing for one. What was left empty is left to the gateway. */
export function orderFrom(form: Readonly<ScanForm>): { order?: ScanOrder; problem?: string } {
  const paths = linesOf(form.paths);
  if (form.root === "") return { problem: "A root has to be chosen." };
  if (paths.length === 0) return { problem: "A path has to be given; “.” is the root itself." };
  const since = form.since === "" ? undefined : new Date(form.since);
  if (since && Number.isNaN(since.getTime())) return { problem: "The time is not a time." };
  const options = {
    exclude: linesOf(form.exclude),
    archives: form.archives,
    recursive: form.recursive,
    maxSize: scaled(form.maxSizeMib, MIB),
    timeoutMs: scaled(form.timeoutS, 1_000),
    maxStrings: form.maxStrings,
    threads: form.threads,
    since: since?.toISOString(),
    explain: form.explain,
    listClean: form.listClean,
    cache: form.cache,
  };
  const given = Object.entries(options).filter(([, value]) => isGiven(value));
  return {
    order: {
      root: form.root,
      paths,
      ...(form.ruleset !== "" && { ruleset: form.ruleset }),
      ...(given.length > 0 && { options: Object.fromEntries(given) }),
    },
  };
}

/** Fills the form from an order as its scan's record has it. */
export function formOf(request: Readonly<Record<string, unknown>>): ScanForm {
  const { root, paths, ruleset, options } = request as Partial<ScanOrder>;
  const { maxSize, timeoutMs, since, exclude = [], ...same } = options ?? {};
  return {
    ...EMPTY_FORM,
    ...same,
    root: root ?? "",
    ruleset: ruleset ?? "",
    paths: (paths ?? ["."]).join("\n"),
    exclude: exclude.join("\n"),
    maxSizeMib: maxSize === undefined ? undefined : maxSize / MIB,
    timeoutS: timeoutMs === undefined ? undefined : timeoutMs / 1_000,
    since: since === undefined ? "" : localTime(since),
  };
}

/** Only line ends are cut: paths may begin and end with blanks. */
function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "");
}

function scaled(value: Typed, by: number): Typed {
  return typeof value === "number" ? Math.round(value * by) : undefined;
}

function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false;
}

/** `2026-11-05T14:03`, in this machine's time. */
function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
