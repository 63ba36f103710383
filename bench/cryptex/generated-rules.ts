/** Writes sets of rules like those that are published: 1.2 KB each, with metadata, texts, code in hex, regular expressions, PE and ELF. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface GeneratedRules {
  readonly rules: number;
  readonly perFile: number;
}

/** @param folder is made; the same numbers give the same files */
export function writeRules(folder: string, { rules, perFile }: GeneratedRules): void {
  mkdirSync(folder);
  const draw = new Draw();
  for (let first = 0; first < rules; first += perFile) {
    const count = Math.min(perFile, rules - first);
    const texts = Array.from({ length: count }, (_, at) => ruleText(draw, first + at));
    const name = `set-${String(first).padStart(6, "0")}.yar`;
    writeFileSync(join(folder, name), `import "pe"\nimport "elf"\n\n${texts.join("\n")}`);
  }
}

/** Draws from a fixed seed: MINSTD (Park and Miller, 1988). */
class Draw {
  #state = 1;

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 0x7fff_ffff;
    return this.#state % limit;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  word(): string {
    return Array.from({ length: 2 + this.below(3) }, () => this.pick(SYLLABLES)).join("");
  }

  words(count: number, between: string): string {
    return Array.from({ length: count }, () => this.word()).join(between);
  }

  hexByte(): string {
    return (16 + this.below(240)).toString(16);
  }
}

const SYLLABLES = "ka ri tor mel zu shen lo pra vik dun oss eth gra bi".split(" ");
const KINDS = "loader stealer backdoor dropper miner rootkit webshell keylogger worm".split(" ");

function ruleText(draw: Draw, n: number): string {
  const kind = draw.below(40) === 0 ? "ransom" : draw.pick(KINDS);
  const family = `family${Math.floor(n / 8)}`;
  const texts = Array.from({ length: 4 + draw.below(8) }, (_, at) => `    $s${at} = ${textString(draw)}`);
  return `rule ${kind}_${family}_variant_${n % 8} : ${draw.pick(["PE", "ELF", "SCRIPT"])} ${kind} {
  meta:
    author = "${draw.words(2, " ")}"
    description = "Detects the ${kind} ${family}, which ${draw.words(10, " ")}"
    family = "${family}"
    severity = "${draw.pick(["low", "medium", "high"])}"
    reference = "https://${draw.word()}.example/${draw.word()}/${n}"
    hash = "${["a", "b", "c"].map((part) => Bun.hash(`${part}${n}`).toString(16)).join("")}"
    date = "20${10 + draw.below(16)}-${10 + draw.below(3)}-${10 + draw.below(19)}"
  strings:
${texts.join("\n")}
    $r = ${regex(draw)}
    $code = ${code(draw)}
  condition:
    ${draw.pick(FILE_KINDS)}(${draw.pick(CONDITIONS)})
}
`;
}

function textString(draw: Draw): string {
  const rare = draw.below(50) === 0;
  const text = rare
    ? "vssadmin delete shadows"
    : draw.words(2 + draw.below(4), draw.pick([" ", "\\\\", "_", "."]));
  return `"${text}" ${draw.pick(["ascii", "wide", "nocase", "fullword", "ascii wide"])}`;
}

function regex(draw: Draw): string {
  const between = draw.pick(["[0-9a-f]{8,32}", "\\\\?[a-z_]{2,12}=", ".{0,16}", "\\s+(on|off|auto)\\s+"]);
  return `/${draw.words(2, "")}${between}${draw.word()}/ ${draw.pick(["", "nocase", "wide"])}`;
}

/** Machine code as rules have it: sixteen to thirty-two bytes, some of them left open, here and there a jump. */
function code(draw: Draw): string {
  const open = () => draw.pick(["??", "??", "4?", "[2-6]"]);
  const middle = Array.from({ length: 12 + draw.below(16) }, () =>
    draw.below(6) === 0 ? open() : draw.hexByte(),
  );
  const ends = () => [draw.hexByte(), draw.hexByte(), draw.hexByte(), draw.hexByte()];
  return `{ ${[...ends(), ...middle, ...ends()].join(" ")} }`;
}

const CONDITIONS = [
  "any of them",
  "2 of ($s*) or $code or $r",
  "all of ($s*) or ($code and $r)",
  "3 of them",
];
const FILE_KINDS = [
  "uint16(0) == 0x5a4d and ",
  "uint32(0) == 0x464c457f and ",
  "pe.number_of_sections > 3 and ",
  "elf.type == elf.ET_EXEC and filesize < 2MB and ",
  "filesize < 500KB and ",
  "",
];
