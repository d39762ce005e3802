# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# The installation, and what it leaves on the machine.

fresh_install() {
    section "installation"
    dpkg-query -W -f '${Package}\n' >"$KEPT/packages"
    ss -Hltn | awk '{ print $4 }' | sort >"$KEPT/ports"
    check "install.sh" installs --domain "$NAME" --self-signed --demo
    [[ ! -s $KEPT/failed ]] || verdict # nothing else would say anything new
    check "the user has no shell" user
    check "modes and owners" modes
    check "no port but nginx's own was opened" ports
    check "Redis answers on its socket only, and Debian's own does not run" redis_private
    check "the keys of the exchange are out of the web workers' reach" keys_hidden
    check "dashboard-feed: exposure" exposure dashboard-feed.service
    check "dashboard-web: exposure" exposure dashboard-web.service
    check "systemd-analyze verify" verify
    check "nginx -t" nginx -t
    check "Debian's site is still there" test -e /etc/nginx/sites-enabled/default
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
    same "$(stat -c '%a %U %G' /var/lib/dashboard)" "750 dashboard dashboard"
    same "$(stat -c '%a %U' /etc/dashboard/tls/key.pem)" "600 root"
    same "$(stat -c '%a %U %G' /run/dashboard/web.sock)" "660 root www-data"
    same "$(find /opt/dashboard ! -user root -o -perm /022 ! -type l | head -n 3)" ""
    echo "as they should be"
}

ports() { # the demo exchange's own is on loopback
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

keys_hidden() { # in a new file, too, as an editor makes it
    sed -i '$a #A-SECRET' /etc/dashboard/keys/exchange.env
    has "$(nsenter -t "$(main_pid dashboard-feed)" -m cat /etc/dashboard/keys/exchange.env)" A-SECRET
    lacks "$(nsenter -t "$(main_pid dashboard-web)" -m cat /etc/dashboard/keys/exchange.env 2>&1)" A-SECRET
    sed -i /A-SECRET/d /etc/dashboard/keys/exchange.env
    echo "the feed reads them, the workers do not"
}

exposure() { # UNIT
    local figure
    figure=$(systemd-analyze security --no-pager "$1" | awk '/Overall exposure/ { print $(NF - 2) }')
    awk -v figure="$figure" 'BEGIN { exit !(figure != "" && figure <= 1.5) }'
    echo "$figure"
}

verify() {
    local said
    said=$(systemd-analyze verify /etc/systemd/system/dashboard-* 2>&1)
    same "$said" ""
    echo "nothing to complain of"
}
