/**
 * Preloaded into the program that bench/path.ts starts: notes which functions of the project's own files run on the main
 * thread, in the order of each file's first call.
 *
 * Every TypeScript file below the project's root gets a call at the start of each function body as it is loaded. Other
 * threads have a global object of their own, on which the called function does not exist, so they note nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import ts from "typescript";

/** Environment variable with the path of the file to write when the program ends: an Entered as JSON. */
export const REPORT_VARIABLE = "ENTERED_REPORT";

/** Functions by file (a path below the project's root), both in the order of their first call. */
export interface Entered {
  readonly running: Readonly<Record<string, readonly string[]>>;
  /** Called by the top level of a module. Files of `running` are left out. */
  readonly loading: Readonly<Record<string, readonly string[]>>;
}

/**
 * Returns `text` with a call of `noteEntered(file, name)` at the start of every function body, and of
 * `noteLoading(±1)` around the top level. Lines keep their numbers.
 */
export function instrument(text: string, file: string): string {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const call = (name: string) => `globalThis.noteEntered?.(${JSON.stringify(file)},${JSON.stringify(name)})`;
  const edits: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const body = bodyOf(node);
    if (body) {
      const start = body.getStart(tree);
      const entered = call(nameOf(node, tree));
      if (ts.isBlock(body)) edits.push({ at: start + 1, text: `${entered};` });
      else edits.push({ at: start, text: `(${entered},` }, { at: body.end, text: ")" });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  // The entry point awaits the whole program at its top level; that is not loading.
  if (!awaitsAtTopLevel(tree)) {
    const shebang = ts.getShebang(text);
    edits.push({ at: shebang === undefined ? 0 : shebang.length + 1, text: "globalThis.noteLoading?.(1);" });
    edits.push({ at: text.length, text: "\nglobalThis.noteLoading?.(-1);" });
  }
  edits.sort((a, b) => a.at - b.at);
  let result = "";
  let done = 0;
  for (const edit of edits) {
    result += text.slice(done, edit.at) + edit.text;
    done = edit.at;
  }
  return result + text.slice(done);
}

/** Class fields and the top level of a module are not function bodies. */
function bodyOf(node: ts.Node): ts.ConciseBody | undefined {
  const hasBody =
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isConstructorDeclaration(node);
  return hasBody ? node.body : undefined;
}

function awaitsAtTopLevel(tree: ts.SourceFile): boolean {
  const awaits = (node: ts.Node): boolean =>
    ts.isAwaitExpression(node) || (!ts.isFunctionLike(node) && ts.forEachChild(node, awaits) === true);
  return awaits(tree);
}

/** `name:line`, where the name may be that of the variable or property that the function is assigned to. */
function nameOf(node: ts.Node, tree: ts.SourceFile): string {
  const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
  const named = [node, node.parent].find(
    (each): each is ts.NamedDeclaration & { name: ts.Node } =>
      "name" in each && each.name !== undefined && !ts.isParameter(each),
  );
  const name = ts.isConstructorDeclaration(node) ? "constructor" : (named?.name.getText(tree) ?? "");
  return `${name}:${line + 1}`;
}

/** Starts noting; writes the report when the process ends. */
function install(root: string, report: string): void {
  const running = new Map<string, Set<string>>();
  const loading = new Map<string, Set<string>>();
  let modulesLoading = 0;
  Object.assign(globalThis, {
    noteLoading(step: 1 | -1): void {
      modulesLoading += step;
    },
    noteEntered(file: string, name: string): void {
      const entered = modulesLoading > 0 ? loading : running;
      const names = entered.get(file);
      if (names) names.add(name);
      else entered.set(file, new Set([name]));
    },
  });
  Bun.plugin({
    name: "entered",
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        const file = relative(root, path);
        const own =
          !isAbsolute(file) && !file.split(sep).some((part) => part === ".." || part === "node_modules");
        return { contents: own ? instrument(text, file) : text, loader: "ts" };
      });
    },
  });
  process.on("exit", () => {
    for (const file of running.keys()) loading.delete(file);
    const record = (entered: ReadonlyMap<string, ReadonlySet<string>>) =>
      Object.fromEntries([...entered].map(([file, names]) => [file, [...names]]));
    const entered: Entered = { running: record(running), loading: record(loading) };
    writeFileSync(report, JSON.stringify(entered));
  });
}

const report = process.env[REPORT_VARIABLE];
if (report && Bun.isMainThread) install(join(import.meta.dir, "..", ".."), report);
