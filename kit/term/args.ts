/**
 * Holds a command line against a command's flags before citty sees it. citty itself takes unknown flags and
 * missing values without a word; here each is an error that says what was meant.
 */
import type { ArgsDef } from "citty";
import { UsageError } from "../../src/errors.ts";
import { suggestion } from "../../src/sources/selection.ts";

/**
 * The same arguments with every value joined to its flag (`--sources -x` → `--sources=-x`).
 * @throws UsageError for unknown flags, missing or unwanted values, and surplus or missing words
 */
export function checkedArgs(rawArgs: readonly string[], defs: ArgsDef): string[] {
  const checked: string[] = [];
  const words: string[] = [];
  const positionals = Object.entries(defs).filter(([, def]) => def.type === "positional");

  for (let i = 0; i < rawArgs.length; i++) {
    const arg = rawArgs[i]!;
    if (arg === "--") {
      words.push(...rawArgs.slice(i + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [flag, inline] = split(arg);
    const [name, def] = lookUp(flag, defs);
    if (def.type === "boolean") {
      if (inline !== undefined) throw new UsageError(`${flag} takes no value`);
      checked.push(`--${name}`);
      continue;
    }
    const value = inline ?? rawArgs[++i];
    if (value === undefined || value === "") {
      throw new UsageError(`${flag} needs a value`, def.valueHint ? [`${flag} ${def.valueHint}`] : []);
    }
    if (def.type === "enum" && !def.options?.includes(value)) {
      throw new UsageError(`${flag}: '${value}' is not one of ${def.options?.join(", ")}`, [
        ...suggestion(value, def.options ?? []),
      ]);
    }
    checked.push(`--${name}=${value}`);
  }

  if (words.length > positionals.length) {
    throw new UsageError(`unexpected argument '${words[positionals.length]}'`);
  }
  const missing = positionals[words.length];
  if (missing?.[1].required) throw new UsageError(`missing argument <${missing[0]}>`);
  return words.length > 0 ? [...checked, "--", ...words] : checked;
}

function split(arg: string): [flag: string, value: string | undefined] {
  const equals = arg.indexOf("=");
  return equals < 0 ? [arg, undefined] : [arg.slice(0, equals), arg.slice(equals + 1)];
}

function lookUp(flag: string, defs: ArgsDef): [name: string, def: ArgsDef[string]] {
  const typed = flag.replace(/^--?/, "");
  for (const [name, def] of Object.entries(defs)) {
    if (def.type === "positional") continue;
    const aliases = [(def as { alias?: string | string[] }).alias ?? []].flat();
    const isLong = flag.startsWith("--") && typed === name;
    const isShort = !flag.startsWith("--") && aliases.includes(typed);
    if (isLong || isShort) return [name, def];
  }
  const names = Object.entries(defs)
    .filter(([, def]) => def.type !== "positional")
    .map(([name]) => `--${name}`);
  throw new UsageError(`unknown option '${flag}'`, suggestion(flag, names));
}
