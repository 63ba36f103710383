#!/bin/sh
# Makes an authority and certificates for a trial of a fleet, with OpenSSL 3. For more than a trial, have the authority's key on a
# machine that serves nothing, or use the authority that the house has.
#
#   make-certificates.sh FOLDER server NAME[,NAME…]   authority, where there is none, and server.pem for these names and addresses
#   make-certificates.sh FOLDER client NAME           NAME.pem and NAME.key, and NAME.json for --nats
#
# DAYS sets how long they are good: by default 90, and the authority ten years. SERVERS, as tls://host:4222,tls://other:4222, goes
# into NAME.json.
set -eu

fail() {
  echo "make-certificates.sh: $*" >&2
  exit 2
}

[ $# -eq 3 ] || fail "usage: make-certificates.sh FOLDER server|client NAME"
folder=$1 use=$2 names=$3
case $names in *[!A-Za-z0-9.,:_-]*) fail "a name holds letters, digits, dots, dashes and underscores" ;; esac

umask 077
mkdir -p "$folder"
cd "$folder"

# Ed25519 is smaller, but the TLS of some clients does not take it.
new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1" 2>/dev/null
}

if [ ! -e ca.key ]; then
  new_key ca.key
  openssl req -x509 -new -key ca.key -out ca.pem -days 3650 -subj "/CN=fleet authority" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
fi

# sign FILE COMMON-NAME EXTENSIONS
sign() {
  new_key "$1.key"
  printf '%s\n' "$3" >"$1.ext"
  openssl req -new -key "$1.key" -subj "/CN=$2" |
    openssl x509 -req -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
      -days "${DAYS:-90}" -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm "$1.ext"
}

common="basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature"

case $use in
  server)
    # What consists of digits and dots, or has a colon, is an address.
    alternatives=$(printf '%s' "$names" | tr ',' '\n' |
      sed -E 's/^([0-9.]+|.*:.*)$/IP:\1/; t; s/^/DNS:/' | paste -sd, -)
    # Servers of a cluster are clients of each other.
    sign server "${names%%,*}" "$common
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=$alternatives"
    ;;
  client)
    case $names in *[!A-Za-z0-9_-]*) fail "a client's name holds letters, digits, dashes and underscores" ;; esac
    sign "$names" "$names" "$common
extendedKeyUsage=clientAuth"
    servers=$(printf '%s' "${SERVERS:-tls://localhost:4222}" | sed 's/,/", "/g')
    printf '{ "servers": ["%s"], "ca": "ca.pem", "cert": "%s.pem", "key": "%s.key" }\n' \
      "$servers" "$names" "$names" >"$names.json"
    ;;
  *) fail "'$use' is neither server nor client" ;;
esac
