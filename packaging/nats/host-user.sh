#!/bin/sh
# Prints what a host may do that scans itself for hunts, as a user of nats-server.conf: it takes jobs by its own consumer, answers in its
# own name, reads nobody else's answers, and reads rule sets.
#
#   host-user.sh NAME [QUEUE]
#
# NAME is that of the host's certificate (CN). QUEUE is that of --queue, cryptex unless another is given.
set -eu

name=${1:?usage: host-user.sh NAME [QUEUE]}
queue=${2:-cryptex}
case $name$queue in
  *[!A-Za-z0-9_-]*) echo "a name has letters, digits, dashes and underscores: $name $queue" >&2; exit 2 ;;
esac

jobs=${queue}-hunts_jobs
results=${queue}-hunts_results
objects=OBJ_${queue}_objects
cat <<END
      { user: "CN=$name", permissions: { subscribe: ["_INBOX_$name.>", "\$SRV.>"], allow_responses: true, publish: [
          "\$JS.API.STREAM.INFO.$jobs", "\$JS.API.STREAM.INFO.KV_$results"
          "\$JS.API.CONSUMER.CREATE.$jobs.$name", "\$JS.API.CONSUMER.INFO.$jobs.$name"
          "\$JS.API.CONSUMER.MSG.NEXT.$jobs.$name", "\$JS.ACK.$jobs.$name.>", "${queue}-hunts.progress.*"
          "\$JS.API.DIRECT.GET.KV_$results.\$KV.$results.*.*.$name"
          "\$KV.$results.*.*.$name", "\$KV.$results.part.*.$name.*"
          "\$JS.API.STREAM.INFO.$objects", "\$JS.API.DIRECT.GET.$objects.>", "\$JS.API.STREAM.MSG.GET.$objects"
          "\$JS.API.CONSUMER.CREATE.$objects.>", "\$JS.API.CONSUMER.DELETE.$objects.>", "\$JS.FC.$objects.>"
      ] } }
END
