# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# The installation and its traces on the machine.

fresh_install() {
    section "installation"
    dpkg-query -W -f '${Package}\n' >"$KEPT/packages"
    ss -Hltn | awk '{ print $4 }' | sort >"$KEPT/ports"
    check "install.sh" installs --domain "$NAME" --self-signed --demo
    [[ ! -s $KEPT/failed ]] || verdict # the other checks would fail for the same reason
    check "system user has no shell" user
    check "file modes and owners" modes
    check "only nginx's ports are opened" ports
    check "Redis answers on its socket only, Debian's instance is not running" redis_private
    check "web workers cannot read the exchange keys" keys_hidden
    check "the feed signs the audit trail; no service user reads the key's file, no worker the key" trail_signed
    check "dashboard-feed: exposure" exposure dashboard-feed.service
    check "dashboard-web: exposure" exposure dashboard-web.service
    check "systemd-analyze verify" verify
    check "nginx -t" nginx -t
    check "Debian's default site is kept" test -e /etc/nginx/sites-enabled/default
}

installs() {
    "$checkout/install.sh" "$@"
    echo "installed in $SECONDS s"
}

user() {
    has "$(getent passwd dashboard)" ':/usr/sbin/nologin$'
    has "$(passwd -S dashboard)" '^dashboard L'
    getent passwd dashboard
}

modes() {
    same "$(stat -c '%a %U %G' /etc/dashboard/dashboard.env)" "640 root dashboard"
    same "$(stat -c '%a %U %G' /etc/dashboard/keys/exchange.env)" "640 root dashboard"
    same "$(stat -c '%a %U %G' /etc/dashboard/signing)" "750 root dashboard"
    same "$(stat -c '%a %U %G' /etc/dashboard/signing/audit.key)" "600 root root"
    same "$(stat -c '%a %U %G' /var/lib/dashboard)" "750 root dashboard"
    same "$(stat -c '%a %U %G' /var/lib/dashboard/{access,audit,positions} | sort -u)" "750 dashboard dashboard"
    same "$(stat -c '%a %U' /etc/dashboard/tls/key.pem)" "600 root"
    same "$(stat -c '%a %U %G' /run/dashboard/web.sock)" "660 root www-data"
    same "$(find /opt/dashboard ! -user root -o -perm /022 ! -type l | head -n 3)" ""
    echo "as expected"
}

ports() { # except the demo exchange's, on loopback
    local opened
    opened=$(ss -Hltn | awk '{ print $4 }' | sort | comm -13 "$KEPT/ports" - | grep -v '^127\.0\.0\.1:[3-6][0-9]\{4\}$' | sort -u | xargs)
    same "$opened" "0.0.0.0:443 0.0.0.0:80 [::]:443 [::]:80"
    echo "$opened"
}

redis_private() {
    same "$(redis-cli -s /run/redis-dashboard/redis-server.sock ping)" PONG
    same "$(stat -c '%a %G' /run/redis-dashboard/redis-server.sock)" "770 dashboard"
    same "$(systemctl is-active redis-server.service || true)" inactive
    redis-cli -p 6379 ping 2>/dev/null && return 1
    echo "a unix socket, group dashboard"
}

keys_hidden() { # also after an editor has replaced the file
    sed -i '$a #A-SECRET' /etc/dashboard/keys/exchange.env
    has "$(nsenter -t "$(main_pid dashboard-feed)" -m cat /etc/dashboard/keys/exchange.env)" A-SECRET
    lacks "$(nsenter -t "$(main_pid dashboard-web)" -m cat /etc/dashboard/keys/exchange.env 2>&1)" A-SECRET
    sed -i /A-SECRET/d /etc/dashboard/keys/exchange.env
    echo "the feed reads them, the workers do not"
}

trail_signed() {
    local output key=/run/credentials/dashboard-feed.service/signing_audit.key
    within 20 signed_by_own_key >/dev/null
    output=$(dashboard-audit verify)
    lacks "$output" "not compared"
    has "$(as_service dashboard-feed cat "$key")" private_key
    lacks "$(as_service dashboard-feed cat /etc/dashboard/signing/audit.key 2>&1)" private_key
    lacks "$(as_service dashboard-web cat "$key" /etc/dashboard/signing/audit.key 2>&1)" private_key
    lacks "$(runuser -u dashboard -- cat /etc/dashboard/signing/audit.key 2>&1)" private_key
    cp -a /etc/dashboard/signing "$KEPT/" # no later run changes it
    grep -m1 "signed by" <<<"$output"
}
signed_by_own_key() { has "$(dashboard-audit verify)" "signed by $(</etc/dashboard/signing/audit.key.pub)"; }
as_service() { # SERVICE COMMAND...: as its user, with the files that it sees
    nsenter -t "$(main_pid "$1")" -m setpriv --reuid dashboard --regid dashboard --clear-groups "${@:2}" || true
}

exposure() { # UNIT
    local figure
    figure=$(systemd-analyze security --no-pager "$1" | awk '/Overall exposure/ { print $(NF - 2) }')
    awk -v figure="$figure" 'BEGIN { exit !(figure != "" && figure <= 1.5) }'
    echo "$figure"
}

verify() {
    local output
    output=$(systemd-analyze verify /etc/systemd/system/dashboard-* 2>&1)
    same "$output" ""
    echo "no warnings"
}
