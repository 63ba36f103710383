/** Rule files of a test, in a folder of their own, and what becomes of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineFacts, EngineInstance } from "../../src/engine/engine.ts";
import { ENGINE } from "../../src/engine/engine-file.ts";
import { makeLibyara } from "../../src/engine/own-engine.ts";
import { type CompiledFiles, compileSet } from "../../src/rules/build-rule-set.ts";
import type { RuleSetRequest } from "../../src/rules/rule-set.ts";

export class RuleFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "cryptex-rules-"));

  /** @param files text by path; a text is written byte by byte */
  constructor(files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, "latin1");
  }

  at(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  /** A request for these paths, or for the whole folder. */
  request(paths: readonly string[] = ["."], more: Partial<RuleSetRequest> = {}): RuleSetRequest {
    return { paths: paths.map((path) => this.at(path)), includeFolders: [], externals: {}, ...more };
  }

  /** Compiles what a request stands for. */
  compile(
    paths?: readonly string[],
    more: Partial<RuleSetRequest> & { newInstance?: () => EngineInstance; facts?: EngineFacts } = {},
  ): CompiledFiles {
    const { newInstance = makeLibyara, facts = ENGINE, ...request } = more;
    return compileSet(this.request(paths, request), { facts, newInstance });
  }

  /** Cuts the folder's own path out of a text. */
  short(text: string): string {
    return text.replaceAll(`${this.path}/`, "");
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Compiles files and lists names of rules that are evaluated, and of what is not: `rule file:line reason`. */
export function outcomeOf(
  files: Readonly<Record<string, string>>,
  paths?: readonly string[],
  more: Partial<RuleSetRequest> = {},
) {
  using folder = new RuleFolder(files);
  const { rules, quarantined } = folder.compile(paths, more);
  return {
    rules: rules.map(({ syntax }) => syntax.name),
    namespaces: rules.map(({ namespace }) => namespace),
    lost: quarantined.map(
      ({ rule, file, line, reason, harmless }) =>
        `${rule ?? "-"} ${folder.short(file)}:${line ?? "-"} ${harmless ? "(harmless) " : ""}${folder.short(reason)}`,
    ),
  };
}

/** Numbers of the rules that match some bytes. */
export function matchesOf(
  set: CompiledFiles,
  data: string,
  newInstance: () => EngineInstance = makeLibyara,
): string[] {
  const instance = newInstance();
  const rules = instance.load(set.compiled!.save());
  const bytes = Buffer.from(data, "latin1");
  instance.buffer(bytes.length).set(bytes);
  const { matches } = rules.scan(bytes.length, { timeoutMs: 0, maxMatches: 10 });
  return matches
    .map(({ rule }) => set.rules[rule]!)
    .map(({ namespace, syntax }) => (namespace === "default" ? syntax.name : `${namespace}/${syntax.name}`));
}
