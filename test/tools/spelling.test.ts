import { expect, test } from "bun:test";
import { misspellings } from "../../tools/spelling.ts";

test("comments and messages are read; identifiers, code and data are not", () => {
  const script = `
/** A messege of \`teh\` machine: dram_row_bufer, ./a/fiel.ts, fooBra, --optoin, 12kbb.
 * @param recieved its number
 */
const recieved = "messege"; // occured
throw new Error(\`the seperate \${part} and a lenght\`);
const page = "<b>teh page of</b>";
`;
  expect(misspellings("src/a.ts", script)).toEqual([
    "src/a.ts:6: seperate",
    "src/a.ts:6: lenght",
    "src/a.ts:2: messege",
    "src/a.ts:5: occured",
  ]);
});

test("of tests only the names and comments are read", () => {
  const script = 'test("a messege", () => { expect("teh words").toBe("ist hier"); }); // thier';
  expect(misspellings("test/a.test.ts", script)).toEqual([
    "test/a.test.ts:1: messege",
    "test/a.test.ts:1: thier",
  ]);
});

test("documents without their code and addresses, C, Python and shell", () => {
  const document = "# Titel\n```sh\nteh\n```\n[a lnik](teh.md), `teh`";
  expect(misspellings("a.md", document)).toEqual(["a.md:1: Titel", "a.md:5: lnik"]);
  expect(misspellings("c/a.c", "int teh; /* thier\n   wich */ // untill")).toEqual([
    "c/a.c:1: thier",
    "c/a.c:2: wich",
    "c/a.c:2: untill",
  ]);
  const python = 'def teh():\n    """Doc of teh."""\n    x = """\nteh = 1\n"""  # thier\n';
  expect(misspellings("a.py", python)).toEqual(["a.py:2: teh", "a.py:5: thier"]);
  expect(misspellings("a.sh", "#!/bin/teh\nteh # thier")).toEqual(["a.sh:2: thier"]);
});

test("spelling is British; own words are right as they are written", () => {
  const words = "behaviour colour's don't realise Kolmogorov allocator Allocator";
  expect(misspellings("a.md", words)).toEqual([]);
  expect(misspellings("a.md", "color realize kolmogorov")).toEqual([
    "a.md:1: color",
    "a.md:1: realize",
    "a.md:1: kolmogorov",
  ]);
});
