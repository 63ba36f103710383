/** Languages that no parser here reads: their comments are told by how a line begins. */
import { languageOf } from "../harvest/languages.ts";

export interface PlainLanguage {
  readonly name: string;
  /** Endings of files, or whole names, in lower case. */
  readonly endings: readonly string[];
  /** Marks that begin a comment of one line. */
  readonly marks: readonly string[];
}

const HASH = ["#"];
const SLASHES = ["//", "/*", "*"];
const DASHES = ["--"];
const SEMICOLON = [";"];
const MARKUP = ["<!--", ...SLASHES];

const PLAIN: readonly PlainLanguage[] = [
  { name: "Shell", endings: [".sh", ".bash", ".zsh", ".fish", ".ksh"], marks: HASH },
  { name: "Ruby", endings: [".rb"], marks: HASH },
  { name: "Perl", endings: [".pl", ".pm"], marks: HASH },
  { name: "R", endings: [".r"], marks: HASH },
  { name: "Julia", endings: [".jl"], marks: HASH },
  { name: "Nim", endings: [".nim"], marks: HASH },
  { name: "Elixir", endings: [".ex", ".exs"], marks: HASH },
  { name: "YAML", endings: [".yml", ".yaml"], marks: HASH },
  { name: "TOML", endings: [".toml"], marks: HASH },
  { name: "Make", endings: [".mk", "makefile", ".make"], marks: HASH },
  { name: "CMake", endings: [".cmake", "cmakelists.txt"], marks: HASH },
  { name: "Dockerfile", endings: ["dockerfile", ".dockerfile"], marks: HASH },
  { name: "C#", endings: [".cs"], marks: SLASHES },
  { name: "Kotlin", endings: [".kt", ".kts"], marks: SLASHES },
  { name: "Swift", endings: [".swift"], marks: SLASHES },
  { name: "Scala", endings: [".scala"], marks: SLASHES },
  { name: "Dart", endings: [".dart"], marks: SLASHES },
  { name: "Zig", endings: [".zig"], marks: SLASHES },
  { name: "PHP", endings: [".php"], marks: [...HASH, ...SLASHES] },
  { name: "Groovy", endings: [".groovy", ".gradle"], marks: SLASHES },
  { name: "Objective-C", endings: [".m", ".mm"], marks: SLASHES },
  { name: "CSS", endings: [".css", ".scss", ".less"], marks: SLASHES },
  { name: "Protocol Buffers", endings: [".proto"], marks: SLASHES },
  { name: "SQL", endings: [".sql"], marks: DASHES },
  { name: "Lua", endings: [".lua"], marks: DASHES },
  { name: "Haskell", endings: [".hs"], marks: DASHES },
  { name: "Ada", endings: [".adb", ".ads"], marks: DASHES },
  { name: "Lisp", endings: [".lisp", ".el", ".clj", ".scm"], marks: SEMICOLON },
  { name: "Assembly", endings: [".asm", ".s"], marks: [...SEMICOLON, ...HASH, ...SLASHES] },
  { name: "Erlang", endings: [".erl"], marks: ["%"] },
  { name: "Batch", endings: [".bat", ".cmd"], marks: ["::", "rem "] },
  { name: "HTML", endings: [".html", ".htm"], marks: MARKUP },
  { name: "Svelte", endings: [".svelte"], marks: MARKUP },
  { name: "Vue", endings: [".vue"], marks: MARKUP },
];

export function plainLanguageOf(path: string): PlainLanguage | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return PLAIN.find(({ endings }) =>
    endings.some((ending) => (ending.startsWith(".") ? name.endsWith(ending) : name === ending)),
  );
}

/** Name of the language that a file is in; null where it is none that is known. */
export function languageName(path: string): string | null {
  return languageOf(path)?.name ?? plainLanguageOf(path)?.name ?? null;
}

/** The text of a line that is a comment; undefined for any other. */
export function commentIn(line: string, { marks }: PlainLanguage): string | undefined {
  const text = line.trimStart();
  const mark = marks.find((each) => text.slice(0, each.length).toLowerCase() === each);
  return mark && text.slice(mark.length).replace(/^[#/*;%!-]+/, "");
}

/** A word that says that something is defined, before its name. */
const DEFINING =
  "function|def|defn|defun|func|fun|fn|sub|proc|class|struct|enum|trait|interface|protocol|object|module|type|let|var|val|const|local|table|view|macro|message|service";

/** Tells that a text defines a name, by the words around it: `def NAME`, `NAME() {`, `NAME =`, `NAME:`, `"NAME":`. */
export function definesPlainly(text: string, name: string): boolean {
  const escaped = RegExp.escape(name);
  const after = "(?![\\w-])";
  return new RegExp(
    `(?:^|[\\s;{(])(?i:${DEFINING})\\s+(?:\\w+[.:]+)?${escaped}${after}|^[^\\S\\n]*["']?${escaped}["']?\\s*(?:\\(\\s*\\)|[:=])`,
    "m",
  ).test(text);
}
