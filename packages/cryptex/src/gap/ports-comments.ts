/**
 * Declarations in comments of a port. A line of a comment that begins with the tag is one:
 *
 *     the tag, then  path[#symbol][, path[#symbol]]…
 *
 * A path with blanks, commas or number signs stands in quotation marks. It starts from the root, or with ./ or ../ from the folder of
 * the port.
 */
import { posix } from "node:path";
import type { Code } from "./code.ts";

export const PORTS_TAG = "@ports";

export interface PortsComment {
  /** The port. */
  readonly to: string;
  /** From 1. */
  readonly line: number;
  /** Path of the component. */
  readonly from: string;
  /** Symbol of the component; undefined: the whole of it. */
  readonly about?: string;
  /** The symbol by which the port defines it: one of this name, or what the comment stands above. */
  readonly symbol?: string;
}

export interface PortsFault {
  readonly line: number;
  readonly reason: string;
}

/** A comment with more is no declaration that a person wrote. */
const MOST_ITEMS = 1_000;

const TAG = new RegExp(`^${PORTS_TAG}(?![\\w-])\\s*(.*)$`);
const ITEM = /^\s*(?:"([^"]+)"|([^\s,#"]+))(?:#([^\s,]+))?\s*(,|$)/;

export function portsIn(path: string, code: Code): (PortsComment | PortsFault)[] {
  return code.comments.flatMap(({ text, line }): (PortsComment | PortsFault)[] => {
    const [, list] = TAG.exec(text) ?? [];
    if (list === undefined) return [];
    const items = itemsOf(list);
    if (items === undefined) {
      return [{ line, reason: `${PORTS_TAG} is not followed by path[#symbol], with commas between several` }];
    }
    return items.map(({ from, about }): PortsComment => {
      const whole =
        from.startsWith("./") || from.startsWith("../") ? posix.join(posix.dirname(path), from) : from;
      const symbol = about === undefined ? undefined : symbolFor(about, code, line, items.length === 1);
      return {
        to: path,
        line,
        from: whole,
        ...(about !== undefined && { about }),
        ...(symbol !== undefined && { symbol }),
      };
    });
  });
}

/** Undefined where the list is none. */
function itemsOf(list: string): { from: string; about?: string }[] | undefined {
  const items: { from: string; about?: string }[] = [];
  for (let rest = list; items.length < MOST_ITEMS; ) {
    const [all, quoted, plain, about, comma] = ITEM.exec(rest) ?? [];
    if (all === undefined) return undefined;
    items.push({ from: (quoted ?? plain)!, ...(about !== undefined && { about }) });
    if (comma === "") return items;
    rest = rest.slice(all.length);
  }
  return undefined;
}

/** A port that has another name is what the comment stands above. */
function symbolFor(about: string, code: Code, line: number, isAlone: boolean): string {
  if (code.defines(about)) return about;
  const [below] = isAlone ? code.definedBelow(line) : [];
  return below ?? about;
}
