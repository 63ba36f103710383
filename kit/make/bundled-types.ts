/** The types of everything that a library exports, in one file. The bundler does not make types. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";
import { ROOT } from "./checkout.ts";

/**
 * Makes the declarations of an entry point. Each source file is declared by itself, without reading others: two seconds instead of
 * thirty. An exported type that is not written out would become "any".
 * @param entry path from the root
 * @throws Error in that case, and with the messages of the bundler or the compiler
 */
export async function bundledTypes(entry: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bundled-types-"));
  try {
    declare(entry, folder);
    const bundled = await rollup({
      input: join(folder, entry.replace(/\.ts$/, ".d.ts")),
      external: /^(node|bun):/,
      plugins: [dts({ compilerOptions: { allowImportingTsExtensions: true, noEmit: true, types: [] } })],
      onwarn: ({ message }) => {
        throw new Error(message);
      },
    });
    const { output } = await bundled.generate({ format: "es" });
    const { code } = output[0];
    const vague = /^.*\b(any|import)\b.*$/m.exec(code.replace(/\/\*[\s\S]*?\*\//g, ""));
    if (vague) throw new Error(`the library's types need one that is written out: ${vague[0].trim()}`);
    return code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** TypeScript 5.9 declares a method named by a symbol twice, first as a property, with its comment. */
const SYMBOL_PROPERTY = /(\n *\/\*\*.*\*\/)?\n *\[Symbol\.\w+\]: .*;(?=\n)/g;

/** Writes the declarations of a source file, and of those that it needs, below `folder`. */
function declare(file: string, folder: string): void {
  const path = join(folder, file.replace(/\.ts$/, ".d.ts"));
  if (existsSync(path)) return;
  const declared = ts.transpileDeclaration(readFileSync(join(ROOT, file), "utf8"), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.Preserve },
  });
  // The kit by a relative path: the bundler of types does not know "imports" of package.json.
  const outputText = declared.outputText
    .replaceAll(SYMBOL_PROPERTY, "")
    .replaceAll(/"#kit\/([^"]+)"/g, (_, path) => `"${relative(dirname(file), join("kit", path))}"`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, outputText);
  for (const [, target] of outputText.matchAll(/from "(\.[^"]+\.ts)"/g)) {
    declare(join(dirname(file), target!), folder);
  }
}
