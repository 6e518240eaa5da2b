#!/bin/sh
# Makes one database with an owner of its own for each service, and one for identities; nobody may enter another's.
# Run once by the postgres image, on an empty data folder. Passwords lie in files, named as in compose.yaml.
set -eu
secrets=${SECRETS:-/run/secrets}

for name in intake workflow notify forms identity; do
    PASSWORD_FILE=$secrets/${name}_database_password \
        psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -v name="shouli_$name" -U postgres -d postgres <<'SQL'
\set password `cat "$PASSWORD_FILE"`
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
