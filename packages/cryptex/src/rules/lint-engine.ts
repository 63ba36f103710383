/** Findings by the loader and the engine: rules that are not evaluated, and the engine's warnings. */
import { formatCount } from "#kit/format/numbers.ts";
import type { StringSyntax } from "./ast.ts";
import { type Atom, atomsOf } from "./atoms.ts";
import type { Refusal } from "./compile.ts";
import type { Finding } from "./lint-finding.ts";
import type { Quarantined } from "./rule-info.ts";

// ---- Rules that are not evaluated ----

/** Codes by the reason that a rule is not evaluated. */
const REASONS: readonly (readonly [pattern: RegExp, code: string, hint?: string])[] = [
  [/^syntax error: /, "syntax"],
  [/^a comment is never closed/, "unclosed-comment", "close it with */"],
  [/^the module "\w+" is not imported/, "missing-import"],
  [/^needs module /, "missing-module", "the other rules of the file are evaluated without it"],
  [/^undefined name /, "undefined-name"],
  [
    /^"\w+" may mean any of several rules/,
    "ambiguous-name",
    "give the rules names of their own, or put them into the file that uses them",
  ],
  [/^depends on /, "lost-dependency"],
  [/ depend on each other$/, "circle"],
  [/^cannot be read: /, "unreadable"],
  [/^include /, "include", "includes are looked for beside the file, then in each --include-dir"],
  [
    /^unreferenced string /,
    "unused-string",
    "use it in the condition, take it out, or let its name begin with $_",
  ],
  [/^the engine breaks on it: /, "engine-breaks"],
];

export function quarantineFinding({ rule, file, line, reason, harmless }: Quarantined): Finding {
  if (harmless) {
    const hint = "one of them can go";
    return { file, line, rule, severity: "hint", code: "duplicate-rule", message: reason, hint };
  }
  const [, code, hint] = REASONS.find(([pattern]) => pattern.test(reason)) ?? [undefined, "refused"];
  return { file, line, rule, severity: "error", code, message: reason, ...(hint !== undefined && { hint }) };
}

// ---- Warnings ----

type Words = Pick<Finding, "code" | "message"> & { readonly hint?: string };

/** The engine's warnings (yywarning in grammar.y and parser.c) of a condition. */
const WARNINGS: readonly (readonly [pattern: RegExp, words: (match: RegExpExecArray) => Words])[] = [
  [
    /^expression always false - requesting (\d+) of (\d+)\.$/,
    ([, wanted, there]) => ({
      code: "always-false",
      message: `${wanted} are asked for, and there are ${there}: this is never true`,
      hint: `ask for ${there} at most`,
    }),
  ],
  [
    /^multiple strings at an offset is usually false\.$/,
    () => ({
      code: "several-at-one-offset",
      message:
        "several strings are asked for at one offset: that is true only where one begins with the other",
      hint: 'ask for "any of them at …", or give each string an offset of its own',
    }),
  ],
  [
    /^consider using "none" keyword/,
    () => ({
      code: "zero-of",
      message: '"0 of" is read as "none of" by YARA 4, and was always true before',
      hint: 'write "none of"',
    }),
  ],
  [
    /^using deprecated "entrypoint" keyword/,
    () => ({
      code: "entrypoint",
      message: '"entrypoint" is out of date, and new engines refuse it',
      hint: 'import "pe" or "elf", and write pe.entry_point or elf.entry_point',
    }),
  ],
  [
    /^using literal string "/,
    () => ({
      code: "text-as-condition",
      message:
        "a text between quotes stands where a condition belongs: it is true if it is not empty, and is looked for nowhere",
      hint: "name it in the section strings, and write $name",
    }),
  ],
  [
    /^rule is slowing down scanning$/,
    () => ({
      code: "many-atoms",
      message:
        "the strings of this rule come to more than 12,000 search patterns (wildcards, nocase and xor multiply them): every file is scanned more slowly",
      hint: "rules cost shows which string has how many",
    }),
  ],
];

/** Warnings of a string. */
const SLOW = /^string "(\$\w*)" may slow down scanning$/;
const DOT = /^(\$\w*) contains \.\*, /;

export function warningFinding({ rule: { file, syntax }, line, message }: Refusal): Finding {
  const of = (words: Words, at = line): Finding => ({
    file: file.path,
    line: at,
    rule: syntax.name,
    severity: "warning",
    ...words,
  });
  const id = (SLOW.exec(message) ?? DOT.exec(message))?.[1];
  // The engine has read on to the token behind the string when it warns.
  const string = syntax.strings.findLast((each) => each.id === id && each.line <= line);
  if (string) return of(SLOW.test(message) ? slowString(string) : dots(string), string.line);
  for (const [pattern, words] of WARNINGS) {
    const match = pattern.exec(message);
    if (match) return of(words(match));
  }
  return of({ code: "engine-warning", message });
}

function dots({ id }: StringSyntax): Words {
  return {
    code: "unbounded-dot",
    message: `${id} has .*, .+ or .{N,}: from each place where its beginning stands, up to 4,096 bytes are gone over`,
    hint: "give the repeat an end, as in .{0,200}",
  };
}

function slowString(string: StringSyntax): Words {
  const { atoms, candidates } = atomsOf(string);
  const { id } = string;
  const code = "slow-string";
  const hint =
    "give it at least four bytes that stand side by side, and are not all zeros, spaces or the like";
  if (atoms.length === 0) {
    return {
      code,
      message: `${id} has no fixed bytes that could be searched for: it is tried at every byte of every file`,
      hint,
    };
  }
  const shown = atoms.slice(0, 3).map(atomText).join(", ");
  const times = formatCount(Math.max(1, Math.round(candidates)));
  const message = `${id} can be searched for by ${shown}${atoms.length > 3 ? ", …" : ""} alone: it is tried at about ${times} places in each MiB of random bytes, and more in others`;
  return { code, message, hint };
}

/** Writes an atom as hex strings are written. */
export function atomText(atom: Atom): string {
  const digit = (value: number, mask: number): string =>
    mask === 0 ? "?" : value.toString(16).toUpperCase();
  return atom.map(({ value, mask }) => digit(value >> 4, mask >> 4) + digit(value & 15, mask & 15)).join(" ");
}
