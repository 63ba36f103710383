#!/bin/sh
# Signs the checksums of a release with minisign, by the secret key in MINISIGN_KEY, and checks the result by the public half in install.sh.
# Does nothing while there is neither. docs/RELEASING.md says how to make them.
#
#   sign-checksums.sh FOLDER VERSION
set -eu
folder=$1
version=$2
secret=${MINISIGN_KEY:-}
public=$(sed -n 's/^RELEASE_KEY=//p' "$(dirname "$0")/../install.sh")

fail() {
  echo "sign checksums: $1" >&2
  exit 1
}

if [ -z "$secret" ] && [ -z "$public" ]; then
  echo "there is no release key: the checksums are not signed"
  exit 0
fi
[ -n "$secret" ] || fail "install.sh has a release key, but MINISIGN_KEY is not set"
[ -n "$public" ] || fail "MINISIGN_KEY is set, but install.sh has no release key"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(umask 077 && printf '%s\n' "$secret" >"$scratch/key")
for sums in SHA256SUMS cryptex-SHA256SUMS; do
  product=esoteric-entropy
  if [ "$sums" = cryptex-SHA256SUMS ]; then product=cryptex; fi
  minisign -S -s "$scratch/key" -m "$folder/$sums" -t "$product $version" >/dev/null || fail "$sums could not be signed"
  minisign -V -q -P "$public" -m "$folder/$sums" || fail "MINISIGN_KEY is not the secret half of the key in install.sh"
done
echo "the checksums are signed"
