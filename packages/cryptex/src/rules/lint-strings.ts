/** Lint of the strings of a rule. Slow ones are found by the engine: see lint-engine.ts. */
import { formatCount } from "#kit/format/numbers.ts";
import type { HexToken, RuleSyntax, StringSyntax } from "./ast.ts";
import { atomsOf, POOR_QUALITY } from "./atoms.ts";
import type { FoundInRule } from "./lint-finding.ts";
import { parseRegex, type RegexNode } from "./regex.ts";
import { liveFibers, MAX_FIBERS } from "./regex-fibers.ts";
import { expressionsIn, unreferenced } from "./walk.ts";

/** With fewer bytes than an atom may have (YR_MAX_ATOM_LENGTH) a string is found all over the place. */
const SHORT_BYTES = 4;
/** A repeat of so many turns is as good as an endless one. */
const LONG_REPEAT = 1000;
/** The estimate of lint is off by a tenth or so. */
const NEARLY_MAX_FIBERS = 0.875 * MAX_FIBERS;

export function* stringFindings(rule: RuleSyntax): Generator<FoundInRule> {
  const unused = new Set(unreferenced(rule));
  const anchored = stringsAtOffsets(rule);
  const texts = new Map<string, StringSyntax>();
  for (const string of rule.strings) {
    const { id, span } = string;
    if (unused.has(id)) {
      yield {
        span,
        severity: "hint",
        code: "unused-string",
        message: `the condition does not use ${id}: it is looked for in every file for nothing`,
        hint: "use it, or take it out; a comment can keep it",
      };
    }
    const text = JSON.stringify(string, (key, value) =>
      key === "span" || key === "id" || key === "line" ? undefined : value,
    );
    const twin = texts.get(text);
    if (twin) {
      yield {
        span,
        severity: "hint",
        code: "duplicate-string",
        message: `${id} is the same as ${twin.id}: where strings are counted, as in "2 of them", a match counts twice`,
        hint: "take one of them out",
      };
    } else texts.set(text, string);
    if (string.kind === "regex") yield* regexFindings(string, parseRegex(string.regex.source));
    if (string.kind === "hex") yield* hexFindings(string);
    yield* shortFindings(string, anchored);
    yield* nocaseFindings(string);
  }
}

/** Names strings that are looked at nowhere but at an offset: `$a at 0`. */
function stringsAtOffsets({ condition }: RuleSyntax): Set<string> {
  const anchored = new Set<string>();
  for (const expression of expressionsIn(condition))
    if (expression.kind === "string" && expression.at) anchored.add(expression.id);
  return anchored;
}

function* shortFindings(string: StringSyntax, anchored: ReadonlySet<string>): Generator<FoundInRule> {
  const { id, span, kind, modifiers } = string;
  if (kind === "regex" || modifiers.base64 !== undefined || modifiers.base64wide !== undefined) return;
  if (modifiers.wide && !modifiers.ascii) return;
  const bytes = kind === "text" ? string.value.length : knownBytes(string.tokens);
  // Of what is poorer still, the engine warns.
  if (bytes >= SHORT_BYTES || atomsOf(string).quality < POOR_QUALITY) return;
  yield {
    span,
    severity: "hint",
    code: "short-string",
    message: `${id} has ${bytes} fixed bytes, fewer than the ${SHORT_BYTES} that the engine searches by: it is found by chance in many files`,
    hint: anchored.has(id)
      ? "bytes at a fixed offset are compared faster by number, as in uint16(0) == 0x5A4D"
      : "make it longer, or ask for others beside it",
  };
}

/** Counts the bytes without wildcards in the shortest match. */
function knownBytes(tokens: readonly HexToken[]): number {
  let count = 0;
  for (const token of tokens) {
    if (token.kind === "byte" && token.mask === 0xff && !token.not) count++;
    if (token.kind === "alternatives")
      count += token.choices.map(knownBytes).reduce((a, b) => Math.min(a, b));
  }
  return count;
}

function* hexFindings({
  id,
  span,
  ...string
}: StringSyntax & { readonly kind: "hex" }): Generator<FoundInRule> {
  const [first] = string.tokens;
  if (first?.kind !== "byte" || first.mask !== 0) return;
  yield {
    span,
    severity: "hint",
    code: "leading-wildcard",
    message: `${id} begins with a wildcard: it says nothing but that a byte must stand there, and moves the offset of the match`,
    hint: "begin with the first byte that is known",
  };
}

function* nocaseFindings(string: StringSyntax): Generator<FoundInRule> {
  const { id, span, kind, modifiers } = string;
  const has =
    kind === "text"
      ? modifiers.nocase && !/[A-Za-z]/.test(string.value)
      : // An escape may stand for a letter.
        kind === "regex" &&
        (modifiers.nocase || string.regex.nocase) &&
        !/[A-Za-z\\[.]/.test(string.regex.source);
  if (!has) return;
  yield {
    span,
    severity: "hint",
    code: "nocase-without-letters",
    message: `${id} has no letters: nocase changes nothing`,
    hint: "take nocase out",
  };
}

function* regexFindings(
  { id, span }: StringSyntax,
  regex: ReturnType<typeof parseRegex>,
): Generator<FoundInRule> {
  if (!("root" in regex)) return;
  const { root } = regex;
  const first = root.kind === "concatenation" ? root.parts[0]! : root;
  if (first !== root && isLong(first)) {
    yield {
      span,
      severity: "warning",
      code: "leading-repeat",
      message: `${id} begins with a repeat without a limit: a match may begin at each of the bytes that it goes over, and each is tried`,
      hint:
        first.min === 0
          ? "leave the repeat out: the rest is found without it"
          : "repeat once, or a few times",
    };
  }
  if (isNested(root)) {
    yield {
      span,
      severity: "hint",
      code: "nested-repeat",
      message: `${id} repeats what is a repeat already, as in (a+)+: one of the two has no effect`,
      hint: "leave one of them out",
    };
  }
  const fibers = liveFibers(root);
  if (fibers >= NEARLY_MAX_FIBERS) {
    yield {
      span,
      severity: "warning",
      code: "too-many-ways",
      message: `${id} has long repeats behind or within each other. There are texts that match in some ${formatCount(fibers)} ways at once; at ${formatCount(MAX_FIBERS)} the engine gives it up, and the rule is not wholly evaluated`,
      hint: "shorten the repeats, or make two strings of it and compare their offsets: @b[1] - @a[1] < 3000",
    };
  }
}

function isLong(node: RegexNode): node is RegexNode & { kind: "repeat" } {
  return node.kind === "repeat" && node.max >= LONG_REPEAT;
}

/** Looks for a repeat without end of nothing but repeats without end. */
function isNested(root: RegexNode): boolean {
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.kind === "concatenation") for (const part of node.parts) stack.push(part);
    if (node.kind === "alternatives") for (const choice of node.choices) stack.push(choice);
    if (node.kind !== "repeat") continue;
    const { body } = node;
    if (isEndless(node) && isEndless(body)) return true;
    stack.push(body);
  }
  return false;
}

function isEndless(node: RegexNode): boolean {
  return node.kind === "repeat" && node.max === Number.POSITIVE_INFINITY;
}
