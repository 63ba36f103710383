/** Writes a declaration into gap.toml, with the digest that the component has now, if it holds. */

import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { holdFileInTurn } from "#kit/files/file-lock.ts";
import { replaceFile } from "#kit/files/replace-file.ts";
import { visible } from "#kit/format/visible.ts";
import type { GapComponent } from "./gap-report.ts";
import { GAP_TOML, parseGapToml, split } from "./gap-toml.ts";
import { type MapKeys, withMapping } from "./gap-toml-edit.ts";
import { makeReport, openRoot, READ_LIMITS, readGapToml, realFolder } from "./open-gap.ts";
import { readBelow, sha256Of } from "./tree.ts";

/**
 * @param keys what is undefined stays as it is where the same is declared already
 * @returns the component as it is judged with this declaration
 * @throws InputError where it would not hold; nothing is written then
 */
export async function linkPort(
  folder: string,
  keys: Omit<MapKeys, "sha256">,
  signal: AbortSignal,
): Promise<GapComponent> {
  const toml = join(realFolder(folder), GAP_TOML);
  // Whoever links another port meanwhile would take back what this writes.
  using _ = await holdFileInTurn(join(dirname(toml), `.${GAP_TOML}.lock`), signal);
  // One that leads nowhere would be followed out of the tree, which may be somebody else's.
  if (lstatSync(toml, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new InputError(`${GAP_TOML}: is a link`);
  const root = openRoot(folder);
  const { path: from } = split(keys.from);
  const isNamed = root.settings.components.some(({ name }) => name === keys.from);
  const file = isNamed ? undefined : readBelow(root.path, from, READ_LIMITS.maxBytes);
  if (file && "reason" in file) {
    const hints = ["a part without a file is named by [[component]] in gap.toml"];
    throw new InputError(`${visible(from)}: ${file.reason}`, { hints });
  }
  const sha256 = file && sha256Of(file.bytes);
  const text = withMapping(readGapToml(root.path) ?? "", { ...keys, sha256 });
  const report = await makeReport({ ...root, settings: parseGapToml(text, GAP_TOML) }, signal);
  const name = isNamed ? keys.from : from;
  const component = report.components.find((each) => each.component === name);
  if (component === undefined) {
    const [reason] = report.excluded.flatMap((each) =>
      each.component === name ? [`it is excluded: ${each.reason}`] : [],
    );
    throw new InputError(`${visible(name)} is no component${reason === undefined ? "" : `: ${reason}`}`);
  }
  const evidence = component.evidence.find(({ to }) => to === split(keys.to).path);
  if (evidence && evidence.faults.length > 0) {
    throw new InputError("the declaration would not hold, so nothing was written", {
      hints: evidence.faults,
    });
  }
  signal.throwIfAborted();
  replaceFile(toml, text);
  return component;
}
