/** The licences of what is compiled into the engine, which require that their text goes with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { noticesWithCompiler } from "./wasm-files.ts";

/** @param yara folder of YARA's sources */
export function noticesOf(yara: string): string {
  const text = (...path: string[]) => readFileSync(join(...path), "utf8").trim();
  const [authenticode] =
    /^\/\*.*?\*\//s.exec(text(yara, "libyara", "include", "authenticode-parser", "authenticode.h")) ?? [];
  if (authenticode === undefined) throw new Error("authenticode.h no longer begins with its licence");
  return noticesWithCompiler({
    "libyara.wasm is made of the following. cryptex's own licence holds for the rest of it.":
      "YARA, with tlshc and declarations of authenticode-parser; parts of wasi-libc, musl and Zig.\nYARA's three parsers contain code of GNU Bison, whose licence allows that under terms of one's choice.",
    YARA: text(yara, "COPYING"),
    "authenticode-parser (its header)": authenticode.replace(/^\/\*\s*|\s*\*\/$/g, ""),
    "tlshc and TLSH, used under the second of their two licences": TLSH,
  });
}

/** YARA carries the code without its licence, which stands in github.com/avast/tlshc. */
const TLSH = `Trend Locality Sensitive Hash (TLSH)
Copyright 2010-2014 Trend Micro

This product includes software developed at Trend Micro (http://www.trendmicro.com/)

Redistribution and use in source and binary forms, with or without modification,
are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its contributors
   may be used to endorse or promote products derived from this software without
   specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED.
IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT,
INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING,
BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE
OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED
OF THE POSSIBILITY OF SUCH DAMAGE.`;
