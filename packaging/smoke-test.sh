#!/bin/sh
# Installs a release from a folder, as a user would from the web. Fails unless the program starts here, finds its native
# library, and writes random bytes.
#
#   smoke-test.sh FOLDER VERSION
set -eu
from=$1
version=$2

fail() {
  echo "smoke test: $1" >&2
  exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sh "$from/install.sh" --from "file://$(cd "$from" && pwd)" --to "$scratch"
program=$scratch/esoteric-entropy

found=$("$program" --version)
[ "$found" = "$version" ] || fail "the program is version $found, not $version"

"$program" scan --json | tr -d ' \n' | grep -q '"id":"clock_jitter"[^}]*"available":true' ||
  fail "the program does not find its native library"

bytes=$("$program" stream --bytes 32 --format hex --timeout 120)
[ "${#bytes}" = 64 ] || fail "the program did not write 32 bytes: $bytes"
echo "version $version works"
