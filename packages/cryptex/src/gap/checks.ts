/** Holds a declaration against the code: its target, the symbols, the tests, the digest of what it ports. */
import { visible } from "#kit/format/visible.ts";
import { type Code, partsOf } from "./code.ts";
import type { CodeBase } from "./code-base.ts";
import type { Declaration } from "./declarations.ts";
import { isTest } from "./exclusion.ts";
import type { Evidence } from "./gap-report.ts";
import { split } from "./gap-toml.ts";

/** The subject of a declaration. */
export interface Ported {
  readonly name: string;
  readonly hasFile: boolean;
  readonly sha256: string | null;
}

export interface Checked {
  readonly declaration: Declaration;
  readonly evidence: Evidence;
  /** There is a file that is said to be the port. */
  readonly hasTarget: boolean;
  /** Differences from the declaration, as `evidence` has it. */
  readonly faults: readonly Fault[];
}

/** "stale": the component is not what it was when this was declared. */
export interface Fault {
  readonly kind: "declaration" | "stale";
  readonly reason: string;
}

export async function checked(
  declaration: Declaration,
  component: Ported,
  codeBase: CodeBase,
): Promise<Checked> {
  const { to, about, symbols, tests, digests, declaredIn } = declaration;
  const target = await codeBase.code(to);
  const hasTarget = !("reason" in target);
  const targetFaults = hasTarget ? undefinedIn(target, to, symbols) : [`${to}: ${target.reason}`];
  const testFaults: string[] = [];
  for (const test of tests) testFaults.push(...(await testFaultsOf(test, declaration, codeBase)));
  const reasons = [...(await aboutFaults(declaration, component, codeBase)), ...targetFaults, ...testFaults];
  const faults = [
    ...reasons.map((reason): Fault => ({ kind: "declaration", reason: visible(reason) })),
    ...digestFaults(declaration, component),
  ];
  return {
    declaration,
    hasTarget,
    faults,
    evidence: {
      to,
      declared_in: declaredIn,
      about,
      symbols,
      tests,
      sha256: digests[0] ?? null,
      faults: faults.map(({ reason }) => reason),
    },
  };
}

/** Symbols of the component that a declaration names must be there. */
async function aboutFaults(
  { from, about }: Declaration,
  { hasFile }: Ported,
  codeBase: CodeBase,
): Promise<string[]> {
  if (about.length === 0) return [];
  if (!hasFile) return [`${from} has no file, so it has no symbols: ${about.join(", ")}`];
  const source = await codeBase.code(from);
  return "reason" in source ? [`${from}: ${source.reason}`] : undefinedIn(source, from, about);
}

function undefinedIn(code: Code, path: string, symbols: readonly string[]): string[] {
  return symbols.filter((symbol) => !code.defines(symbol)).map((symbol) => `${path} defines no ${symbol}`);
}

function digestFaults({ digests }: Declaration, { name, hasFile, sha256 }: Ported): Fault[] {
  const fault = (reason: string, kind: Fault["kind"] = "declaration") => [
    { kind, reason: visible(`${name} ${reason}`) },
  ];
  if (hasFile && sha256 === null) return fault("could not be read");
  if (digests.length === 0) return [];
  if (!hasFile) return fault("has no file, so it has no SHA-256");
  if (digests.length > 1) return fault("has several SHA-256: its declarations contradict each other");
  return digests[0] === sha256 ? [] : fault("has changed since its port was declared", "stale");
}

/** Ways in which test programs are told what is a test. */
const TEST_MARKS =
  /#\[(\w+::)*test\b|\b(test|it|describe)(\.\w+)*\s*\(|\bdef test_|\bfunc Test|@Test\b|^[^\S\n]*Describe\s/m;

/**
 * Says why a test shows nothing of a port. With a title, those words have to stand in it; without, it has to name a symbol
 * of the port or, where none is declared, the port.
 */
async function testFaultsOf(
  test: string,
  { to, symbols }: Declaration,
  codeBase: CodeBase,
): Promise<string[]> {
  const { path, symbol: title } = split(test);
  const code = await codeBase.code(path);
  if ("reason" in code) return [`test ${path}: ${code.reason}`];
  if (!isTest(path) && !code.matches(TEST_MARKS)) {
    return [`${path} is no test: neither its path nor its text says so`];
  }
  if (title !== undefined) {
    return code.says(title) ? [] : [`the test ${path} says nothing of ${JSON.stringify(title)}`];
  }
  const names = symbols.length > 0 ? symbols.map((symbol) => partsOf(symbol).at(-1)!) : [nameOf(to)];
  if (names.some((name) => code.mentions(name))) return [];
  return [`the test ${path} names ${names.length === 1 ? `no ${names[0]}` : `none of ${names.join(", ")}`}`];
}

/** Name of a file without its folder and ending. */
function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/(.)\.[^.]*$/, "$1");
}
