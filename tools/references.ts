/** References of the checklist into the code and documents: each leads to a declaration, or a heading. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Returns complaints, one for each reference that leads nowhere. @param references `path#Symbol`, from the root */
export function brokenReferences(root: string, references: readonly string[]): string[] {
  return [...new Set(references)].flatMap((reference) => {
    const [path = "", symbol = "", ...rest] = reference.split("#");
    const place = join(root, path);
    if (symbol === "" || rest.length > 0) return [`${reference} is not like path#Symbol`];
    if (!existsSync(place)) return [`${reference}: there is no such file`];
    const text = readFileSync(place, "utf8");
    const names = path.endsWith(".md") ? headingsOf(text) : declarationsOf(path, text);
    return names.has(symbol) ? [] : [`${reference}: ${path} has no "${symbol}"`];
  });
}

function headingsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!));
}

/** Names that the file declares at its top level. What it only imports or mentions is none. */
function declarationsOf(path: string, text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) names.add(name.text);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isEnumDeclaration(statement)
    ) {
      if (statement.name) names.add(statement.name.text);
    }
  }
  return names;
}
