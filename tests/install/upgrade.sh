# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# Run again: nothing changes. Another content: an upgrade, without a request dropped. Broken: what runs stays.

pids() { main_pid dashboard-feed; main_pid dashboard-web; main_pid redis-server@dashboard; main_pid nginx; workers; }

second_run() {
    section "again"
    check "a second run changes nothing" runs_again
    check "reload: no request dropped, the feed keeps its PID" reloads
    check "beside another site" neighbour
    check "a configuration that nginx refuses is put back" refused_by_nginx
    check "a half install is finished by the next run" half_install
    check "and a half upgrade, of a socket, too" half_upgrade
}

runs_again() {
    local before said
    before=$(pids | xargs)
    said=$("$checkout/install.sh")
    has "$said" '^nothing to change$'
    lacks "$said" '^(doing|done)'
    same "$(pids | xargs)" "$before"
    echo "the same PIDs: $before"
}

asking() { # asks for the page, the API and a file over and over; a line for each answer
    local path
    while [[ ! -e $KEPT/enough ]]; do
        for path in / /api/v1/positions /healthz /assets/favicon.svg; do
            browse -b "$JAR" -o /dev/null -w '%{http_code} %{time_total}\n' "$PAGE$path" 2>&1 || echo "failed $path"
        done
    done
}

while_asking() { # COMMAND...: fails unless each request made meanwhile was answered with 200
    rm -f "$KEPT/enough"
    local each asked=()
    for each in 1 2 3; do
        asking >"$KEPT/asked.$each" &
        asked+=($!)
    done
    "$@" || { touch "$KEPT/enough"; return 1; }
    sleep 3
    touch "$KEPT/enough"
    wait "${asked[@]}"
    awk '{ n++; if ($1 != 200) bad++; if ($2 > slowest) slowest = $2 }
        END { printf "%d requests, %d failed, the slowest took %.1f s\n", n, bad, slowest; exit bad > 0 || n < 20 }' "$KEPT"/asked.[123]
}

reloads() {
    local pid
    pid=$(main_pid dashboard-feed)
    while_asking systemctl reload dashboard-web dashboard-feed
    same "$(main_pid dashboard-feed)" "$pid"
    within 20 whole >/dev/null
    tail -n 1 <<<"$(awk 'END { print NR " answers" }' "$KEPT"/asked.[123]), none but 200; the feed is still $pid"
}

neighbour() {
    cat /etc/dashboard/tls/{key,cert}.pem >/etc/nginx/neighbour.pem
    cat >/etc/nginx/sites-enabled/neighbour <<'SITE'
server {
    listen 443 ssl;
    server_name neighbour.example.org;
    ssl_certificate /etc/nginx/neighbour.pem;
    ssl_certificate_key /etc/nginx/neighbour.pem;
    return 200 "next door\n";
}
SITE
    systemctl reload nginx
    within 5 next_door
    runs_again
    refused 1 "sites-enabled/neighbour serves neighbour.example.org already" --domain neighbour.example.org
    next_door
    whole
    echo "both answer, and its name is not taken from it"
}
next_door() { [[ $(curl -sk --noproxy '*' --resolve neighbour.example.org:443:127.0.0.1 https://neighbour.example.org/) == "next door" ]]; }

refused_by_nginx() {
    local said
    echo 'nonsense;' >/etc/nginx/conf.d/broken.conf
    echo '# changed by hand' >>/etc/nginx/sites-available/dashboard
    said=$("$checkout/install.sh" 2>&1) && return 1
    has "$said" "nginx refuses its configuration, which was put back: .*nonsense"
    grep -q 'changed by hand' /etc/nginx/sites-available/dashboard
    rm /etc/nginx/conf.d/broken.conf
    "$checkout/install.sh" >/dev/null
    grep -q 'changed by hand' /etc/nginx/sites-available/dashboard.old
    rm /etc/nginx/sites-available/dashboard.old
    whole
    echo "and mended by the next run; what was changed by hand is kept as .old"
}

half_install() { # as if it had been cut off after the new release was there, and half of nginx was not
    rm /etc/nginx/snippets/dashboard-proxy.conf /opt/dashboard/running/dashboard-web
    chmod 0600 /etc/dashboard/dashboard.env
    systemctl mask --quiet --runtime redis-server.service
    has "$("$checkout/install.sh")" "^done     nginx's site"
    same "$(systemctl is-enabled redis-server.service || true)" disabled
    has "$("$checkout/install.sh")" '^nothing to change$'
    whole
    echo "mended"
}

half_upgrade() { # as if it had been cut off before systemd had read the new files
    local unit=/etc/systemd/system/dashboard-web.socket said
    sed -i s/SocketMode=0660/SocketMode=0666/ "$unit"
    systemctl daemon-reload
    systemctl restart dashboard-web.socket
    same "$(stat -c %a /run/dashboard/web.sock)" 666
    cp "$checkout/deploy/systemd/dashboard-web.socket" "$unit"
    rm /opt/dashboard/running/dashboard-web.socket
    touch /etc/systemd/system/redis-server@dashboard.service.d/dashboard.conf
    said=$("$checkout/install.sh")
    has "$said" "^done     a Redis of its own"
    has "$said" "^done     all of it running"
    same "$(stat -c %a /run/dashboard/web.sock)" 660
    same "$(systemctl show --value -p NeedDaemonReload dashboard-web.socket redis-server@dashboard | xargs)" "no no"
    within 20 whole
}

OTHER=$KEPT/other
other_checkout() { # a copy whose content differs
    rm -rf "$OTHER"
    cp -a "$checkout" "$OTHER"
    echo "# another version" >>"$OTHER/dashboard/__init__.py"
}

upgrade() {
    section "upgrade"
    other_checkout
    dashboard-admin list-keys >"$KEPT/keys"
    check "an upgrade drops no request" while_asking "$OTHER/install.sh"
    check "what was kept is still there" state_kept
    check "the one before is kept, older ones are pruned" releases
    check "an upgrade that cannot be built leaves what runs" broken_upgrade
    check "back to the checkout, no request dropped" while_asking "$checkout/install.sh"
}

state_kept() {
    within 20 whole >/dev/null # the session, too
    same "$(dashboard-admin list-keys)" "$(<"$KEPT/keys")"
    grep -q . /var/lib/dashboard/audit/*.jsonl
    echo "session, keys, trail"
}

releases() {
    echo "# yet another" >>"$OTHER/dashboard/__init__.py"
    "$OTHER/install.sh" >/dev/null
    same "$(find /opt/dashboard/releases -mindepth 1 -maxdepth 1 | wc -l)" 2
    [[ -e /opt/dashboard/previous/.complete && -e /opt/dashboard/current/.complete ]]
    echo "two releases, $(du -sm /opt/dashboard | cut -f1) MB"
}

broken_upgrade() {
    local before said
    before=$(pids | xargs)
    sed -i 's/sha256:./sha256:0/' "$OTHER/requirements.lock"
    said=$("$OTHER/install.sh" 2>&1) && return 1
    has "$said" 'install.sh: the program: .* failed'
    has "$said" 'what to do: '
    same "$(pids | xargs)" "$before"
    whole
    grep -m1 'install.sh: the program' <<<"$said" | cut -c1-120
}
