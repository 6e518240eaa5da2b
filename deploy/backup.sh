#!/bin/sh
# Takes a backup while everything runs: `deploy/backup.sh FOLDER` makes FOLDER/shouli-<moment>, whole or not at all.
#
# All five databases as they were at one moment, so that restored they agree with each other; then the originals and the
# anchors, which are only ever added to: whatever a database names is there. The key ring is not in it, on purpose, and
# without it nothing in it can be read: keep a copy of deploy/secrets elsewhere. Backups older than KEEP days (14) go.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=${1:?usage: deploy/backup.sh FOLDER}
moment=$(date -u +%Y-%m-%dT%H:%M:%SZ)
made=$into/shouli-$moment
compose() { docker compose -f "$here/compose.yaml" "$@"; }

umask 077
mkdir -p "$made.part"
trap 'rm -rf "$made.part"' EXIT
echo "$moment" >"$made.part/moment"
compose exec -T --user postgres postgres \
    pg_basebackup --pgdata=- --format=tar --wal-method=fetch --checkpoint=fast --gzip >"$made.part/databases.tar.gz"
compose exec -T intake tar -C /data -czf - . >"$made.part/files.tar.gz" || [ $? = 1 ]  # 1: a file came or went meanwhile
for part in databases files; do
    tar -tzf "$made.part/$part.tar.gz" >/dev/null
done
(cd "$made.part" && sha256sum moment databases.tar.gz files.tar.gz >SHA256SUMS)
mv "$made.part" "$made"
trap - EXIT

find "$into" -maxdepth 1 -name 'shouli-*' -mtime "+${KEEP:-14}" -exec rm -rf {} +
echo "$made"
