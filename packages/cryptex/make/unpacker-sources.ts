/** The libraries of the unpacker, as crates carry them, and which of their files are compiled: what reads, and nothing that writes. */
import type { Crate } from "./crates.ts";

export interface UnpackerLibrary extends Crate {
  readonly name: string;
  /** Version of the library. */
  readonly release: string;
  readonly license: string;
  /** Names it at its own project. */
  readonly purl: string;
  /** Paths in the crate: folders of headers, C files, and its licence. */
  readonly includes: readonly string[];
  readonly files: readonly string[];
  readonly notice: string;
}

const LIBARCHIVE = "libarchive/libarchive";
const ZLIB = "src/zlib";
const BZIP2 = "bzip2-1.0.8";
const LZMA = "xz/src/liblzma";
const ZSTD = "zstd/lib";

const inFolder = (folder: string, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => `${folder}/${name}.c`);

export const LIBRARIES: readonly UnpackerLibrary[] = [
  {
    name: "libarchive",
    release: "3.8.1",
    license: "BSD-2-Clause",
    purl: "pkg:github/libarchive/libarchive@v3.8.1",
    crate: "libarchive2-sys",
    version: "0.2.0",
    sha256: "b49440cb50346bb332d41b9fcd991a6aa57f05a8ac7271d84de8e5d1217e6c4b",
    includes: [LIBARCHIVE],
    notice: "libarchive/COPYING",
    files: inFolder(
      LIBARCHIVE,
      `archive_acl archive_check_magic archive_cmdline archive_cryptor archive_digest archive_entry
       archive_entry_sparse archive_entry_stat archive_entry_xattr archive_hmac archive_options archive_ppmd7
       archive_ppmd8 archive_rb archive_read archive_read_add_passphrase archive_read_set_options
       archive_read_support_format_7zip archive_read_support_format_empty archive_read_support_format_raw
       archive_read_support_format_tar archive_read_support_format_zip archive_string archive_string_sprintf
       archive_time archive_util archive_virtual`,
    ),
  },
  {
    name: "zlib",
    release: "1.4",
    license: "Zlib",
    purl: "pkg:github/madler/zlib@v1.4",
    crate: "libz-sys",
    version: "1.1.33",
    sha256: "fee3f59f4321dab0c78d828942e7aa09d0bd8ad6e78a501977e6bf3d02938045",
    includes: [ZLIB],
    notice: `${ZLIB}/LICENSE`,
    files: inFolder(ZLIB, "adler32 crc32 inffast inflate inftrees zutil"),
  },
  {
    name: "bzip2",
    release: "1.0.8",
    license: "bzip2-1.0.6",
    purl: "pkg:generic/bzip2@1.0.8",
    crate: "bzip2-sys",
    version: "0.1.13+1.0.8",
    sha256: "225bff33b2141874fe80d71e07d6eec4f85c5c216453dd96388240f96e1acc14",
    includes: [BZIP2],
    notice: `${BZIP2}/LICENSE`,
    // bzlib refers to compress.
    files: inFolder(BZIP2, "bzlib compress crctable decompress huffman randtable"),
  },
  {
    name: "liblzma",
    release: "5.8.4",
    license: "0BSD",
    purl: "pkg:github/tukaani-project/xz@v5.8.4",
    crate: "liblzma-sys",
    version: "0.4.9",
    sha256: "7c7e3581f367a78d7b7e7ae948d023310556f0cfc13156c2e4e00e25616492b9",
    includes: [
      ...["api", "check", "common", "delta", "lz", "lzma", "rangecoder", "simple"].map(
        (each) => `${LZMA}/${each}`,
      ),
      "xz/src/common",
    ],
    notice: "xz/COPYING.0BSD",
    files: [
      ...inFolder(`${LZMA}/check`, "check crc32_fast crc64_fast sha256"),
      ...inFolder(
        `${LZMA}/common`,
        `alone_decoder auto_decoder block_decoder block_header_decoder block_util common file_info filter_common
         filter_decoder filter_flags_decoder hardware_physmem index index_decoder index_hash lzip_decoder
         stream_decoder stream_flags_common stream_flags_decoder string_conversion vli_decoder vli_size`,
      ),
      ...inFolder(`${LZMA}/delta`, "delta_common delta_decoder"),
      ...inFolder(`${LZMA}/lz`, "lz_decoder"),
      ...inFolder(`${LZMA}/lzma`, "lzma2_decoder lzma_decoder"),
      ...inFolder(
        `${LZMA}/simple`,
        "arm arm64 armthumb ia64 powerpc riscv simple_coder simple_decoder sparc x86",
      ),
    ],
  },
  {
    name: "zstd",
    release: "1.5.7",
    license: "BSD-3-Clause",
    purl: "pkg:github/facebook/zstd@v1.5.7",
    crate: "zstd-sys",
    version: "2.1.3+zstd.1.5.7",
    sha256: "f729a06d0257428fd9d997ac8db7e1407bd0262ab016b085b36bc52957c0052d",
    includes: [ZSTD],
    notice: "zstd/LICENSE",
    files: [
      ...inFolder(`${ZSTD}/common`, "debug entropy_common error_private fse_decompress xxhash zstd_common"),
      ...inFolder(`${ZSTD}/decompress`, "huf_decompress zstd_ddict zstd_decompress zstd_decompress_block"),
    ],
  },
];
