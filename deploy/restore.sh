#!/bin/sh
# Puts a backup back: `deploy/restore.sh FOLDER/shouli-<moment>`. What came since is lost, so it asks first (YES=1: it doesn't).
#
# The broker starts empty: all that it could hold stands in an outbox, and `shouli replay` has it told again; every inbox
# drops what its service knew. deploy/secrets must hold the key ring and the passwords of the backup's time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
backup=$(cd "${1:?usage: deploy/restore.sh BACKUP}" && pwd)
compose() { docker compose -f "$here/compose.yaml" "$@"; }

(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
moment=$(cat "$backup/moment")
if [ "${YES:-}" != 1 ]; then
    printf 'Everything that came since %s will be lost. To go on, type yes: ' "$moment"
    read -r said
    [ "$said" = yes ] || exit 1
fi

compose down
docker volume rm --force shouli_broker
# shellcheck disable=SC2016  # the container's PGDATA
compose run --rm --no-deps -T --user postgres --entrypoint sh postgres -c \
    'find "$PGDATA" -mindepth 1 -delete && tar -xzf - -C "$PGDATA"' <"$backup/databases.tar.gz"
compose run --rm --no-deps -T intake sh -c 'find /data -mindepth 1 -delete && tar -xzf - -C /data' <"$backup/files.tar.gz"
compose up --detach --wait
since=$(date -u -d "$moment - 1 day" +%Y-%m-%dT%H:%M:%SZ)  # told once too often costs nothing
for service in intake workflow notify forms; do
    compose exec -T "$service" shouli replay "$service" --since "$since"
done
compose exec -T workflow shouli verify
