/** Names of the languages that are read, apart from their parsers: help and manuals load nothing else. */
export const LANGUAGES = [
  "C",
  "C++",
  "Python",
  "PowerShell",
  "Rust",
  "Go",
  "TypeScript",
  "JavaScript",
  "Java",
];
