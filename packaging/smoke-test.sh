#!/bin/sh
# Installs a release from a folder, as a user would from the web. Fails unless the program starts here and does its work:
# esoteric-entropy finds its native library and writes random bytes, cryptex finds a file by a rule.
#
#   smoke-test.sh FOLDER VERSION [PRODUCT]
set -eu
from=$1
version=$2
product=${3:-esoteric-entropy}

fail() {
  echo "smoke test: $1" >&2
  exit 1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
sh "$from/install.sh" --product "$product" --from "file://$(cd "$from" && pwd)" --to "$scratch"
program=$scratch/$product

found=$("$program" --version)
[ "$found" = "$version" ] || fail "the program is version $found, not $version"

if [ "$product" = cryptex ]; then
  # shellcheck disable=SC2016 # the dollar sign is the rule's
  echo 'rule smoke { strings: $a = "smoke" condition: $a at 5 }' >"$scratch/rules.yar"
  echo 'some smoke' >"$scratch/file"
  "$program" scan "$scratch/file" --rules "$scratch/rules.yar" --format ndjson | grep -q '"rule":"smoke"' ||
    fail "the program did not find a file by a rule"
else
  "$program" scan --json | tr -d ' \n' | grep -q '"id":"clock_jitter"[^}]*"available":true' ||
    fail "the program does not find its native library"

  bytes=$("$program" stream --bytes 32 --format hex --timeout 120)
  [ "${#bytes}" = 64 ] || fail "the program did not write 32 bytes: $bytes"
fi
echo "version $version works"
