#!/bin/sh
# Installs esoteric-entropy, or cryptex: downloads one file, checks its checksum, and puts it into a folder. `--help` says how.
set -eu

LATEST=https://github.com/esoteric-entropy/esoteric-entropy/releases/latest/download

# The public half of the key that checksums are signed with, as minisign prints it. Empty: there is no such key yet, and nothing
# is said of signatures. docs/RELEASING.md says how to make one.
RELEASE_KEY=

usage() {
  cat <<END
Installs esoteric-entropy, or cryptex: downloads one file, checks its checksum, and puts it into a folder.

  install.sh [--product esoteric-entropy|cryptex] [--to FOLDER] [--from URL]

  --product  program to install (default: esoteric-entropy)
  --to       folder (default: /usr/local/bin for root, ~/.local/bin for others)
  --from     folder on the web with the files of a release (default: ESOTERIC_ENTROPY_FROM, else the latest release)
  --help     this text

It takes curl, wget or fetch, and sha256sum, shasum or openssl. Where the checksums of releases are signed and minisign is installed, it checks the
signature, too.
END
}

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

# Refuses processors that lack what the runtime takes for granted, where the system says what they have.
require_processor() {
  [ -r /proc/cpuinfo ] || return 0
  flags=$(awk -F: '/^flags/ { print $2; exit }' /proc/cpuinfo)
  [ -n "$flags" ] || return 0
  for flag in ssse3 sse4_1 sse4_2 popcnt; do
    case " $flags " in
      *" $flag "*) ;;
      *) refuse_processor "$flag" ;;
    esac
  done
}

refuse_processor() {
  fail "this processor lacks ${1:-instructions} of the level x86-64-v2, without which $product does not run" \
    "in a virtual machine choose another model than qemu64 or kvm64: for QEMU -cpu host or -cpu Nehalem"
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

# Checks who signed the checksums, where there is a key and a program that can.
check_signature() {
  [ -n "$RELEASE_KEY" ] || return 0
  if ! has minisign; then
    say "minisign is not installed: nobody checks that the checksums are signed"
    return
  fi
  download "$from/$sums.minisig" "$scratch/$sums.minisig"
  signed=$(minisign -V -Q -P "$RELEASE_KEY" -m "$scratch/$sums" -x "$scratch/$sums.minisig" 2>/dev/null) ||
    fail "$sums is not signed with the release key; nothing was installed"
  say "the checksums are signed: $signed"
}

main() {
  product=esoteric-entropy
  from=${ESOTERIC_ENTROPY_FROM:-$LATEST}
  to=
  sudo=
  while [ $# -gt 0 ]; do
    case "$1" in
      --help | -h)
        usage
        exit 0
        ;;
      --*=*)
        option=${1%%=*}
        value=${1#*=}
        ;;
      *)
        option=$1
        value=${2:-}
        if [ $# -gt 1 ]; then shift; fi
        ;;
    esac
    shift
    case "$option" in
      --product | --to | --from) if [ -z "$value" ]; then fail "$option needs a value"; fi ;;
      *) fail "unknown argument '$option'" "install.sh --help lists what there is" ;;
    esac
    case "$option" in
      --product) product=$value ;;
      --to) to=$value ;;
      --from) from=${value%/} ;;
    esac
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

  # The program is going to be named by its whole path, in PATH too.
  case "$to" in
    /*) ;;
    *) to=$(pwd)/${to#./} ;;
  esac
  case "$to" in
    /) ;;
    *) to=${to%/} ;;
  esac

  target=$(target)
  case "$target" in
    linux-x64*) require_processor ;;
  esac
  hasher=$(hasher)
  name=$product-$target
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  download "$from/$sums" "$scratch/$sums"
  check_signature
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

  code=0
  version=$("$to/$product" --version 2>"$scratch/messages") || code=$?
  if [ "$code" = 0 ]; then
    say "installed $to/$product, version $version"
  else
    # 128 and SIGILL.
    if [ "$code" = 132 ]; then refuse_processor; fi
    if [ "$(uname -s)" = Linux ] && [ ! -e /proc/self/maps ]; then
      fail "it is installed, but does not start: /proc is missing" "mount it: mount -t proc proc /proc"
    fi
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
