/** Makes a command's options from its command line. */
import { type FlagRules, type Flags, namedWords, type OptionsOf, parseOptions } from "#kit/term/flags.ts";

/** Takes names of flags and words as typed. `true` gives a switch; undefined and false leave the flag out. @throws UsageError */
export function optionsFor<F extends Flags>(
  command: FlagRules<F>,
  args: Readonly<Record<string, unknown>> = {},
): OptionsOf<F> {
  return parseOptions(command, argvOf(command.flags, args));
}

function argvOf(flags: Flags, args: Readonly<Record<string, unknown>>): string[] {
  const places = namedWords(flags).map(([name]) => name);
  const given = Object.entries(args).filter(([, value]) => value !== undefined && value !== false);
  const typed = given
    .filter(([name]) => !places.includes(name))
    .map(([name, value]) => (value === true ? `--${name}` : `--${name}=${value}`));
  const words = places.filter((name) => args[name] !== undefined).map((name) => String(args[name]));
  return [...typed, "--", ...words];
}
