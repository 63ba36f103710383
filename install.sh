#!/bin/sh
# Installs esoteric-entropy, or cryptex: downloads one file, checks its checksum, and puts it into a folder.
#
#   install.sh [--product esoteric-entropy|cryptex] [--to FOLDER] [--from URL]
#
# FOLDER defaults to /usr/local/bin for root, to ~/.local/bin for others. URL is the folder that holds the files of a
# release; it defaults to ESOTERIC_ENTROPY_FROM, then to the latest release. Needs curl, wget or fetch, and sha256sum, shasum
# or openssl.
set -eu

LATEST=https://github.com/esoteric-entropy/esoteric-entropy/releases/latest/download

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "install: error: $1"
  shift
  for hint in "$@"; do say "hint: $hint"; done
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

target() {
  case "$(uname -m)" in
    x86_64 | amd64) arch=x64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) fail "there is no build for this processor: $(uname -m)" ;;
  esac
  case "$(uname -s)" in
    Darwin)
      # A shell that Rosetta translates sees an Intel machine.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then arch=arm64; fi
      echo "darwin-$arch"
      ;;
    Linux)
      case "$(ldd --version 2>&1 || true)" in
        *musl*) echo "linux-$arch-musl" ;;
        *) echo "linux-$arch" ;;
      esac
      ;;
    FreeBSD)
      [ "$product-$arch" = cryptex-x64 ] || fail "there is no build for this system: FreeBSD $arch"
      echo freebsd-x64
      ;;
    *) fail "there is no build for this system: $(uname -s)" ;;
  esac
}

download() {
  if has curl; then
    curl -fsSL -o "$2" "$1" || fail "$1 could not be downloaded"
  elif has wget; then
    wget -q -O "$2" "$1" || fail "$1 could not be downloaded"
  elif has fetch; then
    fetch -q -o "$2" "$1" || fail "$1 could not be downloaded"
  else
    fail "neither curl nor wget is installed" "install one of them"
  fi
}

# Prints the name of an installed program that computes SHA-256.
hasher() {
  for name in sha256sum shasum openssl; do
    if has "$name"; then
      echo "$name"
      return
    fi
  done
  fail "no program that computes SHA-256 is installed" "install sha256sum, shasum or openssl"
}

sha256() {
  case "$hasher" in
    sha256sum) sha256sum <"$1" ;;
    shasum) shasum -a 256 <"$1" ;;
    openssl) openssl dgst -sha256 -r <"$1" ;;
  esac | cut -d ' ' -f 1
}

# Runs a command that changes the folder, with sudo if the user agreed to that.
as_owner() {
  if [ -z "$sudo" ]; then "$@"; else sudo "$@"; fi
}

ask_for_sudo() {
  hint="choose another folder with --to FOLDER"
  if ! has sudo || ! (: </dev/tty) 2>/dev/null; then fail "$to is not writable" "$hint"; fi
  printf '%s is not writable. Use sudo? [y/N] ' "$to" >/dev/tty
  read -r answer </dev/tty || answer=
  case "$answer" in
    y | Y | yes) sudo=yes ;;
    *) fail "$to is not writable" "$hint" ;;
  esac
}

# Succeeds if the folder is writable, or, where it does not exist, the nearest one above it that does.
writable() {
  folder=$1
  while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
  [ -d "$folder" ] && [ -w "$folder" ]
}

main() {
  product=esoteric-entropy
  from=${ESOTERIC_ENTROPY_FROM:-$LATEST}
  to=
  sudo=
  while [ $# -gt 0 ]; do
    case "$1" in
      --product | --to | --from) if [ -z "${2:-}" ]; then fail "$1 needs a value"; fi ;;
      *) fail "unknown argument '$1'" "usage: install.sh [--product esoteric-entropy|cryptex] [--to FOLDER] [--from URL]" ;;
    esac
    case "$1" in
      --product) product=$2 ;;
      --to) to=$2 ;;
      --from) from=$2 ;;
    esac
    shift 2
  done
  # Both are in one release, where the checksums of cryptex have a name of their own.
  case "$product" in
    esoteric-entropy) sums=SHA256SUMS ;;
    cryptex) sums=cryptex-SHA256SUMS ;;
    *) fail "there is no product '$product'" "there are esoteric-entropy and cryptex" ;;
  esac
  if [ -z "$to" ]; then
    if [ "$(id -u)" = 0 ]; then
      to=/usr/local/bin
    elif [ -n "${HOME:-}" ]; then
      to=$HOME/.local/bin
    else
      fail "HOME is not set" "choose a folder with --to FOLDER"
    fi
  fi

  target=$(target)
  hasher=$(hasher)
  name=$product-$target
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  download "$from/$sums" "$scratch/$sums"
  wanted=$(awk -v name="$name" '$2 == name { print $1 }' "$scratch/$sums")
  [ "${#wanted}" = 64 ] || fail "$from/$sums does not name $name"
  writable "$to" || ask_for_sudo
  say "downloading $name"
  download "$from/$name" "$scratch/$name"
  found=$(sha256 "$scratch/$name")
  [ "$found" = "$wanted" ] ||
    fail "$name has the wrong checksum; nothing was installed" "wanted $wanted, found $found"

  # The rename replaces an older program at once and whole, even one that is running.
  chmod 755 "$scratch/$name"
  unfinished=$to/.$product.$$
  as_owner mkdir -p "$to"
  if ! { as_owner cp "$scratch/$name" "$unfinished" && as_owner mv -f "$unfinished" "$to/$product"; }; then
    as_owner rm -f "$unfinished"
    fail "$to/$product could not be written"
  fi

  if version=$("$to/$product" --version 2>"$scratch/messages"); then
    say "installed $to/$product, version $version"
  else
    sed 5q "$scratch/messages" >&2
    case "$target" in
      *-musl) fail "it is installed, but does not start" "on Alpine Linux run: apk add libstdc++" ;;
      *) fail "it is installed, but does not start" ;;
    esac
  fi
  case ":$PATH:" in
    *":$to:"*) ;;
    *) say "$to is not in PATH; add this line to your shell's start file: export PATH=\"$to:\$PATH\"" ;;
  esac
}

# On the last line, so that a script that was cut short does nothing.
main "$@"
