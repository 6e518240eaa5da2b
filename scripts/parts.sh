#!/bin/sh
# Installs the real programs that the tests run, where they are missing: a broker, a database, a mailbox, a browser.
# Starts no service: the tests start their own copies on private ports. Debian and its relatives; else it says what to get.
set -eu

wanted() {  # a line each: the package, and a test whether it is there already
    cat <<'LIST'
rabbitmq-server command -v rabbitmq-server || ls /usr/lib/rabbitmq/bin/rabbitmq-server
erlang-base     command -v erl_call || ls /usr/lib/erlang/bin/erl_call
caddy           command -v caddy
postgresql      command -v initdb || ls /usr/lib/postgresql/*/bin/initdb
dovecot-imapd   ls /usr/lib/dovecot/imap || ls /usr/libexec/dovecot/imap
chromium        command -v chromium || command -v chromium-browser
poppler-utils   command -v pdftotext
fonts-noto-cjk  fc-list :lang=zh | grep . || ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
LIST
}

missing() {
    wanted | while read -r package there; do
        sh -c "$there" >/dev/null 2>&1 </dev/null || echo "$package"
    done
}

give_up() {
    echo "The tests need programs that this machine lacks: $(echo "$packages" | tr '\n' ' ')" >&2
    echo "$1" >&2
    exit 1
}

PATH=$PATH:/usr/sbin:/sbin
packages=$(missing)
[ -n "$packages" ] || exit 0

command -v apt-get >/dev/null || give_up "There is no apt-get to install them with: install them by this system's own means."
if [ "$(id -u)" = 0 ]; then
    as_root=
elif sudo -n true 2>/dev/null; then
    as_root=sudo
else
    give_up "Installing them needs root: apt-get update && apt-get install --no-install-recommends <the above>"
fi

# Debian asks this script before a fresh package starts its service; 101 means: don't.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod +x "$policy"
fi

echo "Installing what the tests need: $(echo "$packages" | tr '\n' ' ')" >&2
log=$(mktemp)
# shellcheck disable=SC2086  # the packages are words
if ! { $as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    give_up "apt-get failed, see above (all of it: $log)."
fi
rm -f "$log"
packages=$(missing)
[ -z "$packages" ] || give_up "apt-get installed them, but they can't be found."
