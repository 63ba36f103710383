/**
 * Atoms as libyara 4.5.5 chooses them (atoms.c): runs of up to four bytes that a string must contain. A scan looks for the atoms of all
 * rules at once, and tries the string itself only where one of them stands. So a string is as cheap as its atoms are rare; without any it
 * is tried at every byte. A group around a whole regular expression counts as if it were not there.
 */
import type { StringModifiers, StringSyntax } from "./ast.ts";
import { type Pattern, type PatternByte, partsOfString } from "./pattern.ts";

/** YR_MAX_ATOM_LENGTH */
const MAX_LENGTH = 4;
/** YR_MAX_ATOM_QUALITY */
const MAX_QUALITY = 255;
/** YR_ATOM_QUALITY_WARNING_THRESHOLD: below it libyara warns of a slow string. Two equal letters just reach it. */
export const POOR_QUALITY = MAX_QUALITY - 22 * MAX_LENGTH + 38;
/** Steps of the search. A repeat stands for up to four copies of its body, so nested ones for any number. */
const MAX_STEPS = 1 << 18;

export type Atom = readonly PatternByte[];

/** The atoms by which a scan finds a string; of a string in several parts, what is said of atoms is said of the part with the poorest. */
export interface StringAtoms {
  /** Quality of the poorest, 0 to 255; 0 where there is none. */
  readonly quality: number;
  /** Empty where every byte is a candidate. */
  readonly atoms: readonly Atom[];
  /** Entries in the automaton: a wildcard within an atom, `nocase` and `xor` stand for many each. */
  readonly entries: number;
  /** Places in a mebibyte of random bytes at which the string is tried. */
  readonly candidates: number;
}

/** Chooses the atoms of a string. */
export function atomsOf(string: StringSyntax): StringAtoms {
  const modifiers = transforms(string);
  const parts = partsOfString(string).map(({ pattern, text }) =>
    text ? ofText(text, modifiers) : ofPattern(pattern, modifiers),
  );
  const poorest = parts.reduce((worst, part) => (part.quality < worst.quality ? part : worst));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    ...poorest,
    entries: sum(parts.map(({ entries }) => entries)),
    candidates: Math.min(MEBIBYTE, sum(parts.map(({ candidates }) => candidates))),
  };
}

const MEBIBYTE = 1 << 20;

type Transforms = Pick<StringModifiers, "ascii" | "wide" | "nocase" | "xor">;

/** Modifiers that change atoms. In base64 the wide form was made before. */
function transforms({ modifiers, ...string }: StringSyntax): Transforms {
  if (modifiers.base64 !== undefined || modifiers.base64wide !== undefined) return {};
  return string.kind === "regex" && string.regex.nocase ? { ...modifiers, nocase: true } : modifiers;
}

// ---- Choice ----

/** As yr_atoms_extract_from_string: the best window of four bytes. */
function ofText(bytes: readonly number[], modifiers: Transforms): StringAtoms {
  let best = fixed(bytes.slice(0, MAX_LENGTH));
  let quality = atomQuality(best);
  for (let end = MAX_LENGTH + 1; end <= bytes.length && quality < MAX_QUALITY; end++) {
    const atom = fixed(bytes.slice(end - MAX_LENGTH, end));
    const its = atomQuality(atom);
    if (its > quality) [best, quality] = [atom, its];
  }
  const { nocase, xor } = modifiers;
  for (const form of formsOf(best, modifiers)) {
    if (xor) {
      for (let key = xor[0]; key <= xor[1]; key++) {
        quality = Math.min(quality, atomQuality(form.map((byte) => ({ ...byte, value: byte.value ^ key }))));
      }
    } else quality = Math.min(quality, atomQuality(nocase ? lowerCase(form) : form));
  }
  return { quality, atoms: [best], ...automaton([best], modifiers) };
}

/** In lower case alone an atom has the fewest different bytes. */
function lowerCase(atom: Atom): Atom {
  return atom.map((byte) => (isLetter(byte.value) ? { ...byte, value: byte.value | 0x20 } : byte));
}

function fixed(bytes: readonly number[]): Atom {
  return bytes.map((value) => ({ value, mask: 0xff }));
}

/** As yr_atoms_extract_from_re. */
function ofPattern(pattern: Pattern, modifiers: Transforms): StringAtoms {
  const { atoms, quality } = choose(extract(pattern));
  if (atoms.length === 0) return { quality: 0, atoms, entries: 1, candidates: MEBIBYTE };
  return { quality, atoms, ...automaton(atoms, modifiers) };
}

/** One of a node's children serves: the best. */
interface OneOf {
  readonly kind: "one of";
  readonly children: (Atom | AllOf)[];
}
/** All of a node's children are needed: a match has any of them. */
interface AllOf {
  readonly kind: "all of";
  readonly children: readonly OneOf[];
}

/** A step that is to come; `into` changes the node that atoms are added to. */
interface Visit {
  readonly pattern?: Pattern;
  readonly into?: OneOf;
}

/** As _yr_atoms_extract_from_re. Returns the nodes that have children, parents first. */
function extract(pattern: Pattern): (OneOf | AllOf)[] {
  const root: OneOf = { kind: "one of", children: [] };
  const made: (OneOf | AllOf)[] = [root];
  const stack: Visit[] = [{ into: root }, { pattern }];
  let into = root;
  let recent: PatternByte[] = [];
  let best: Atom = [];
  let bestQuality = -1;

  const leave = (next: OneOf) => {
    if (recent.length > 0) {
      const atom = trimmed(recent);
      into.children.push(atomQuality(atom) > bestQuality ? atom : best);
      recent = [];
    }
    into = next;
    bestQuality = -1;
  };

  const add = (byte: PatternByte) => {
    if (recent.length < MAX_LENGTH) return void recent.push(byte);
    const atom = trimmed(recent);
    const quality = atomQuality(atom);
    if (quality > bestQuality) [best, bestQuality] = [atom, quality];
    recent = [...recent.slice(1), byte];
  };

  for (let steps = 0; stack.length > 0; steps++) {
    const visit = stack.pop()!;
    if (steps > MAX_STEPS && visit.pattern) continue;
    if (visit.into) leave(visit.into);
    const at = visit.pattern;
    switch (at?.kind) {
      case undefined:
        break;
      case "byte":
        add({ value: at.value, mask: 0xff });
        break;
      case "masked":
        add({ value: at.value, mask: at.mask });
        break;
      case "any":
        add({ value: 0, mask: 0 });
        break;
      case "concatenation":
        if (at.parts.length === 0) stack.push({ into });
        for (let index = at.parts.length - 1; index >= 0; index--) stack.push({ pattern: at.parts[index]! });
        break;
      case "alternatives": {
        const children = at.choices.map((): OneOf => ({ kind: "one of", children: [] }));
        const all: AllOf = { kind: "all of", children };
        made.push(all);
        for (const child of children) made.push(child);
        into.children.push(all);
        stack.push({ into });
        for (let index = children.length - 1; index >= 0; index--) {
          stack.push({ pattern: at.choices[index]!, into: children[index]! });
        }
        break;
      }
      case "repeat": {
        stack.push({ into });
        const isJump = at.body.kind === "any" && at.max !== Number.POSITIVE_INFINITY;
        const copies = isJump ? 0 : Math.min(at.min, MAX_LENGTH);
        for (let copy = 0; copy < copies; copy++) stack.push({ pattern: at.body });
        break;
      }
      default:
        stack.push({ into });
    }
  }
  return made;
}

interface Choice {
  readonly atoms: readonly Atom[];
  readonly quality: number;
}
const NONE: Choice = { atoms: [], quality: 0 };

/** As _yr_atoms_choose, children first. */
function choose(nodes: readonly (OneOf | AllOf)[]): Choice {
  const choices = new Map<OneOf | AllOf, Choice>();
  for (const node of nodes.toReversed()) {
    if (node.kind === "all of") {
      const all = node.children.map((child) => choices.get(child)!);
      const quality = all.reduce((least, choice) => Math.min(least, choice.quality), MAX_QUALITY);
      choices.set(node, { quality, atoms: all.flatMap(({ atoms }) => atoms) });
    } else {
      let best = NONE;
      for (const child of node.children) {
        const choice = "kind" in child ? choices.get(child)! : ofLeaf(trimmed(child));
        if (choice.quality > best.quality) best = choice;
      }
      choices.set(node, best);
    }
  }
  return choices.get(nodes[0]!)!;
}

function ofLeaf(atom: Atom): Choice {
  return atom.length === 0 ? NONE : { atoms: [atom], quality: atomQuality(atom) };
}

/** As _yr_atoms_trim: without unknown bytes at its ends; the first known byte alone where there are not more known than unknown. */
function trimmed(atom: Atom): Atom {
  const start = atom.findIndex(({ mask }) => mask !== 0);
  if (start < 0) return [];
  const end = atom.findLastIndex(({ mask }) => mask !== 0) + 1;
  const inner = atom.slice(start, end);
  const unknown = inner.filter(({ mask }) => mask === 0).length;
  const known = inner.filter(({ mask }) => mask === 0xff).length;
  return unknown >= known ? inner.slice(0, 1) : inner;
}

/** Bytes that are everywhere; `0x90` is that only where nothing else is in the atom. */
const COMMON: ReadonlySet<number> = new Set([0x00, 0x20, 0xcc, 0xff]);
const PADDING: ReadonlySet<number> = new Set([...COMMON, 0x90]);

/** As yr_atoms_heuristic_quality. Higher is better, up to 255. */
export function atomQuality(atom: Atom): number {
  const seen = new Set<number>();
  let quality = MAX_QUALITY - 22 * MAX_LENGTH;
  for (const { value, mask } of atom) {
    if (mask === 0) quality -= 10;
    else if (mask !== 0xff) quality += 4;
    else {
      quality += COMMON.has(value) ? 12 : isLetter(value) ? 18 : 20;
      seen.add(value);
    }
  }
  const [only] = seen;
  return seen.size === 1 && PADDING.has(only!) ? quality - 10 * atom.length : quality + 2 * seen.size;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

// ---- The automaton ----

/** Forms in which an atom is looked for: as it is, with a zero behind each byte, or both. */
function formsOf(atom: Atom, { ascii, wide }: Transforms): Atom[] {
  if (!wide) return [atom];
  const widened = atom.flatMap((byte) => [byte, { value: 0, mask: 0xff }]).slice(0, MAX_LENGTH);
  return ascii ? [atom, widened] : [widened];
}

/** Counts what libyara makes of the chosen atoms: every byte of a wildcard, every case, every key. */
function automaton(
  atoms: readonly Atom[],
  modifiers: Transforms,
): Pick<StringAtoms, "entries" | "candidates"> {
  const { nocase = false, xor } = modifiers;
  const keys = xor ? xor[1] - xor[0] + 1 : 1;
  let entries = 0;
  let share = 0;
  for (const atom of atoms) {
    for (const form of formsOf(atom, modifiers)) {
      let [all, distinct] = [1, 1];
      for (const byte of form) {
        const values = valuesOf(byte);
        const letters = nocase ? values.filter(isLetter) : [];
        all *= values.length + letters.length;
        distinct *= new Set([...values, ...letters.map((letter) => letter ^ 0x20)]).size / 256;
      }
      // Bytes that are cut off in the wide form were written out before.
      for (const byte of form === atom ? [] : atom.slice(MAX_LENGTH / 2)) all *= valuesOf(byte).length;
      entries += all * keys;
      share += distinct * keys;
    }
  }
  return { entries, candidates: Math.min(1, share) * MEBIBYTE };
}

function valuesOf({ value, mask }: PatternByte): number[] {
  if (mask === 0xff) return [value];
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => (byte & mask) === (value & mask));
}
