/**
 * Rules with operators that random conditions have seldom or never, and with corners of theirs: what is undefined, too large, empty, or
 * named twice. Nothing here says what the answers are; the engine does.
 */

const STRINGS = `strings:
    $a = "abc"
    $b = "ABC" nocase
    $c = { 61 ?? 63 }
    $d = /[0-9]{2,4}/
    $absent = "not in any file"`;

/** An offset beyond every file. */
const UNDEFINED = "uint8(0x7fffffff)";

const READS = ["int8", "int8be", "int16", "int16be", "int32", "int32be"].flatMap((name) => [
  name,
  `u${name}`,
]);

const CONDITIONS: readonly string[] = [
  // Integers: signs, wrapping, and what is undefined.
  ...READS.flatMap((read) => [
    `${read}(0) & 0xff == 0x61`,
    `${read}(3) > 200`,
    `${read}(3) < 0`,
    `${read}(6) > 0x4000`,
  ]),
  "uint8(0x100000000) == uint8(0)",
  "uint32(filesize - 4) > 0",
  "uint32(filesize - 3) > 0 or filesize > 5",
  "uint8(-1) == 0",
  "-filesize < 0",
  "-uint8(0) == ~uint8(0) + 1",
  "~filesize == -filesize - 1",
  "(filesize << 63) < 0",
  "(filesize << 64) == 0",
  "(filesize << 62) + (filesize << 62) == (filesize << 63)",
  "(filesize * 0x7fffffffffffffff) < 0",
  "filesize + 0x7fffffffffffffff < 0",
  "-filesize - 0x7fffffffffffffff > 0",
  "(-filesize >> 1) == -filesize \\ 2",
  "(filesize >> 64) == 0",
  "(1 << (filesize - 40)) > 8",
  "defined (1 << (filesize - 40))",
  "filesize \\ (filesize - 16) > 0",
  "defined (filesize % (filesize - 16))",
  "defined ((filesize << 63) \\ (0 - 1))",
  "-7 \\ filesize == 0",
  "-17 % 5 == -2 and filesize % 7 == 2",
  "(filesize ^ 0xff) == (filesize | 0xff) - (filesize & 0xff)",
  "(filesize ^ 16) == 0",
  "filesize <= 16",
  "filesize >= 16 and filesize > 16",
  "filesize < 16 or filesize != 16",
  // Undefined in all places.
  `${UNDEFINED} == 0`,
  `not ${UNDEFINED} == 0`,
  `not (${UNDEFINED} == 0)`,
  `defined ${UNDEFINED} or filesize == 16`,
  `not defined (${UNDEFINED} + 1)`,
  `(${UNDEFINED} == 0 and true) or filesize > 100`,
  `not (${UNDEFINED} == 0 and true)`,
  `not (${UNDEFINED} == 0 or false)`,
  `not not (${UNDEFINED} > 0)`,
  `defined (${UNDEFINED} == 0 or false)`,
  `${UNDEFINED} of them`,
  `for ${UNDEFINED} of them : ( # >= 0 )`,
  `any of them at ${UNDEFINED}`,
  `not (any of them at ${UNDEFINED})`,
  `not (any of them in (0..${UNDEFINED}))`,
  `not ($a at ${UNDEFINED})`,
  `not ($a in (${UNDEFINED}..10))`,
  `not (#a in (0..${UNDEFINED}) == 0)`,
  `for any i in (0..${UNDEFINED}) : ( true )`,
  `not for any i in (0..${UNDEFINED}) : ( true )`,
  `for all i in (1, ${UNDEFINED}) : ( i == 1 )`,
  `for all i in (1, ${UNDEFINED}) : ( i == 1 or not defined i )`,
  `not (math.entropy(${UNDEFINED}, 4) < 3.0)`,
  `not (math.entropy(${UNDEFINED}, 4) <= 3.0)`,
  `not (3.0 > math.entropy(${UNDEFINED}, 4))`,
  `not (${UNDEFINED} < 3.0)`,
  `defined (math.entropy(0, ${UNDEFINED}) + 1.0)`,
  `not defined hash.md5(0, ${UNDEFINED})`,
  `not (hash.md5(0, ${UNDEFINED}) matches /a/)`,
  `not pe.sections[${UNDEFINED}].name contains "a"`,
  // Floats.
  "math.entropy(0, filesize) + 1.0 > 4.0",
  "math.entropy(0, filesize) - 1.0 > 2.0",
  "math.entropy(0, filesize) * 0.5 < 1.6",
  "math.mean(0, filesize) \\ 3.0 > 20.0",
  "-math.mean(0, filesize) < -90.0",
  "math.mean(0, filesize) == math.mean(0, filesize)",
  "math.mean(0, filesize) != math.mean(0, filesize)",
  "math.mean(0, filesize) != math.mean(0, 4)",
  "math.mean(0, 1) == uint8(0)",
  "math.mean(0, 1) >= uint8(0)",
  "math.mean(0, 1) > uint8(0)",
  "math.mean(0, 1) <= uint8(0)",
  "math.mean(0, 1) < uint8(0)",
  "filesize * 1.5 > 23.9",
  "filesize + 0.5 == 16.5",
  "filesize \\ 0.0 > 1.0",
  "math.entropy(0, 4) \\ 0.0 >= 0.0",
  "0.1 + 0.2 == 0.3 and filesize > 0",
  "math.deviation(0, filesize, math.mean(0, filesize)) > 20.0",
  "math.in_range(math.mean(0, filesize), 80.5, 110.25)",
  "math.entropy(0, 4)",
  "not math.entropy(0, 1)",
  "math.to_number(filesize > 15) == 1 and math.abs(-filesize) == filesize",
  'math.to_string(filesize) == "16" and math.to_string(filesize, 16) == "10"',
  // Texts, in the order of signed bytes.
  'filename == "Abc.Bin"',
  'filename != "Abc.Bin"',
  'filename < "Abc.Bin"',
  'filename <= "Abc.Bin"',
  'filename > "Abc.Bin"',
  'filename >= "Abc.Bin"',
  'filename < "\\xff"',
  'filename < "Abc"',
  'filename > "Abc"',
  'filename contains "Bc" or filename contains "bc."',
  'filename icontains "BC.B"',
  'filename startswith "bc"',
  'filename istartswith "aBC"',
  'filename endswith "bc"',
  'filename iendswith "BIN"',
  'filename iequals "abc.bin"',
  'filename contains "" and filepath == ""',
  "filename matches /^abc/i and not filename matches /^abc$/",
  'extension == ".Bin"',
  "filename and not filepath",
  'hash.md5("abc") == "900150983cd24fb0d6963f7d28e17f72"',
  "hash.md5(0, 4) == hash.md5(filesize - 12, 4) or filesize != 16",
  'for any s in ("x", "Abc.Bin", "abc") : ( filename == s )',
  'for any s in ("x", "bc", "y") : ( filename contains s )',
  "string.to_int(math.to_string(filesize)) == filesize",
  // Strings.
  "$a or $absent",
  "$absent or not $b",
  "$a at 0",
  "$b at 4 or $c at @b + 1",
  "$b in (1..6)",
  "$b in (6..1 + filesize - filesize)",
  "#b in (0..3) == 1",
  "#b > 1",
  "@a == 0 and @b[2] == 4",
  "!d == 4 and !d[2] >= 2",
  "defined @b[9]",
  "defined !b[0]",
  "@b[#b] > 4",
  "all of them",
  "all of ($a, $b, $c)",
  "none of them",
  "none of ($absent)",
  "2 of ($a, $a)",
  "2 of ($a*, $absent)",
  "filesize - 14 of them",
  "filesize - 10 of them",
  "filesize - 16 of them",
  "60% of them",
  "61% of ($a, $b, $c, $absent, $d)",
  "any of ($a, $b) at 4",
  "all of ($b, $c) at 0",
  "none of ($a, $b) at 4",
  "2 of ($a, $b, $c) in (0..2)",
  "none of ($*) in (9..20)",
  "for all of ($a, $b, $c) : ( # > 0 )",
  "for any of them : ( @ == 4 )",
  "for none of them : ( $ at 4 )",
  "for 3 of them : ( $ in (0..5) )",
  "for any of them : ( ! == 4 )",
  "for all of ($b) : ( @[2] == 4 and ![2] == 3 )",
  // Loops.
  "for all i in (1..#b) : ( @b[i] < 8 )",
  "for none i in (1..#b) : ( @b[i] == 4 )",
  "for 2 i in (1..#b) : ( @b[i] < 8 )",
  "for 3 i in (1..#b) : ( @b[i] < 8 )",
  "for any i in (5..1 + filesize - filesize) : ( true )",
  "not for all i in (5..1 + filesize - filesize) : ( true )",
  "for all i in (1..2) : ( i )",
  "for all i in (2..3) : ( i )",
  "for 5 i in (2..3) : ( i )",
  "for none i in (0, 2) : ( i )",
  "for any i in (0..3) : ( for all j in (0..i) : ( uint8(j) > 0x60 ) )",
  "for all i in (1, 2, 3) : ( for any j in (i, 16 - i) : ( uint8(j) == 0x63 or j == 13 ) )",
  "5 or filesize > 100",
  "for 5 i in (1..1) : ( 5 or filesize > 100 )",
  "for 5 i in (1..1) : ( filesize > 100 or 5 )",
  // Rules, externals, modules.
  "base and not lonely",
  "any of (base, lonely)",
  "all of (base, lonely)",
  "50% of (base, lonely)",
  "51% of (base, lonely)",
  "none of (lonely)",
  "number == 16 and flag and ratio > 1.25",
  "ratio == 1.5 or number < 0",
  "entrypoint >= 0",
  "not defined entrypoint",
  'for any s in pe.sections : ( s.name == ".text" )',
  "for all s in pe.sections : ( for any t in pe.sections : ( t.raw_data_offset >= s.raw_data_offset ) )",
  'for any s in elf.sections : ( s.name == "x" ) or not defined elf.number_of_sections',
  "for all k, v in pe.version_info : ( k != v )",
  "not for any k, v in pe.version_info : ( true )",
  'pe.number_of_sections > 0 and pe.sections[pe.number_of_sections - 1].name != ""',
  "pe.imports(/kernel/i, /.*/) >= 0 or pe.is_pe == 0",
  'pe.exports("none") or pe.is_pe == 0',
  'console.log("logged", filesize) and console.hex(filesize)',
  `console.log(${UNDEFINED}) or filesize == 16`,
];

export const MODULES = ["console", "elf", "hash", "math", "pe", "string"];

/** Rules of a source, in the order of the engine. */
export function operatorRules(): string {
  const imports = MODULES.map((module) => `import "${module}"\n`).join("");
  const base = "private rule base { condition: filesize == 16 }\nrule lonely { condition: filesize == 3 }\n";
  const rules = CONDITIONS.map((condition, index) => {
    // The engine wants every string to be named.
    const strings = /[$#@!]|them/.test(condition) ? `${STRINGS}\n` : "";
    const all = strings === "" ? "" : " or none of ($*, $a) and false";
    return `rule o${index} { ${strings}  condition: (${condition})${all} }\n`;
  });
  return imports + base + rules.join("");
}

export const OPERATOR_EXTERNALS = { number: 16n, flag: true, ratio: 1.5 };
