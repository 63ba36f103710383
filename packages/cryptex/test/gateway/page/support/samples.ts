/** Rules and files of the tests of the page: some that match, some that are wrong, and some whose texts mean harm. */

/** Markup that must stay text wherever it comes from. */
export const MARKUP =
  '<img src="http://localhost:1/x" onerror="globalThis.intruder=1"><script>intruder</script>';

export const RULES: Readonly<Record<string, string>> = {
  "rules/keys.yar": `import "hash"

rule private_key : secret crypto {
  meta:
    author = "house"
    severity = 70
    description = "A private key in PEM"
    severity = "twice"
  strings:
    $pem = /-----BEGIN (RSA |EC )?PRIVATE KEY-----/
    $end = "-----END"
  condition:
    $pem and not $end and filesize < 64KB
}

rule aws_token : secret cloud {
  meta: author = "house"
  strings: $id = /AKIA[0-9A-Z]{16}/
  condition: $id
}

rule known_file : hash {
  condition: hash.md5(0, filesize) == "d41d8cd98f00b204e9800998ecf8427e"
}
`,
  "rules/words.yar": `private rule small { condition: filesize < 1KB }

rule greeting : words {
  strings: $a = "hello" nocase
           $b = "good morning"
  condition: any of them and small
}

rule typo { strings: $a = "hello" condition: $a and and small }
rule leans { condition: typo and greeting }
rule any_byte : slow { strings: $a = /./ condition: #a > 100000 }
`,
  "rules/copies/words.yar": `rule greeting_again : words { strings: $a = "hello" nocase
 $b = "good morning" condition: any of them and filesize < 10 }
private rule small { condition: filesize < 1KB }
`,
  "rules/hostile.yar": `rule hostile_meta : ${"tag_".repeat(12)}end {
  meta:
    html = "${MARKUP.replaceAll('"', '\\"')}"
    link = "javascript:alert(1)"
  strings:
    $html = "<script>"
    $esc = { 1B 5B 33 31 6D }
  condition:
    any of them
}
`,
};

export const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "files/note.txt": "Hello, world\n",
  "files/morning.txt": "good morning and hello hello\n",
  "files/keys/server.key": "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n",
  "files/keys/old.key": "-----BEGIN PRIVATE KEY-----\n",
  "files/keys/cloud.env": "AWS=AKIAABCDEFGHIJKLMNOP\n",
  "files/other.bin": new Uint8Array(600).map((_, i) => (i * 31) & 0xff),
  "files/hostile/<b onclick=alert(1)>bold.html": `<script>alert(1)</script>\x1b[31mred`,
  // U+202E turns what follows round: this is cod.exe in disguise.
  "files/hostile/invoice\u202eexe.doc": "<script>x",
};

/** A code base of which a part is ported. */
export const CODE: Readonly<Record<string, string>> = {
  "code/gap.toml": `[[map]]
from = "src/crc.c"
to = "port/crc.rs"
symbols = ["crc_update"]
tests = ["port/crc_test.rs"]
responsible = "@search-team"
linked = "Ember-Crc"

[[map]]
from = "src/pe.c"
to = "port/pe.rs"
symbols = ["pe_parse", "pe_gone"]
`,
  "code/src/crc.c": "unsigned crc_update(unsigned c, unsigned char b) { return (c >> 8) ^ b; }\n",
  "code/port/crc.rs": "pub fn crc_update(c: u32, b: u8) -> u32 { (c >> 8) ^ b as u32 }\n",
  "code/port/crc_test.rs": "#[test] fn crc_zero() { assert_eq!(super::crc_update(0, 0), 0); }\n",
  "code/src/pe.c": "int pe_parse(void) { return 0; }\nint pe_sections(void) { return 1; }\n",
  "code/port/pe.rs": "pub fn pe_parse() -> i32 { 0 }\n",
  "code/src/arena.c": "int arena_grow(void) { return 2; }\n",
  "code/port/arena.rs": "pub fn arena_grow() -> i32 { 2 }\n",
  "code/src/<img src=x onerror=intruder>.c": "int none(void) { return 3; }\n",
};
