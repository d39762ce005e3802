# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# A second run changes nothing; an upgrade drops no request; a failed upgrade keeps the running release.

pids() { main_pid dashboard-feed; main_pid dashboard-web; main_pid redis-server@dashboard; main_pid nginx; workers; }

second_run() {
    section "again"
    check "second run changes nothing" runs_again
    check "reload drops no request, and the feed keeps its PID" reloads
    check "together with another site" neighbour
    check "configuration that nginx rejects is restored" rejected_by_nginx
    check "interrupted install is finished by the next run" interrupted_install
    check "interrupted upgrade of a socket is finished by the next run" interrupted_upgrade
}

runs_again() {
    local before output
    before=$(pids | xargs)
    output=$("$checkout/install.sh")
    has "$output" '^nothing to change$'
    lacks "$output" '^(apply|done)'
    same "$(pids | xargs)" "$before"
    echo "the same PIDs: $before"
}

send_requests() { # requests page, API and a file in a loop; one line per response
    local path
    while [[ ! -e $KEPT/enough ]]; do
        for path in / /api/v1/positions /healthz /assets/favicon.svg; do
            browse -b "$JAR" -o /dev/null -w '%{http_code} %{time_total}\n' "$PAGE$path" 2>&1 || echo "failed $path"
        done
    done
}

under_load() { # COMMAND...: fails unless each request during it was answered with 200
    rm -f "$KEPT/enough"
    local each requests=()
    for each in 1 2 3; do
        send_requests >"$KEPT/requests.$each" &
        requests+=($!)
    done
    "$@" || { touch "$KEPT/enough"; return 1; }
    sleep 3
    touch "$KEPT/enough"
    wait "${requests[@]}"
    awk '{ n++; if ($1 != 200) bad++; if ($2 > slowest) slowest = $2 }
        END { printf "%d requests, %d failed, slowest %.1f s\n", n, bad, slowest; exit bad > 0 || n < 20 }' "$KEPT"/requests.[123]
}

reloads() {
    local pid
    pid=$(main_pid dashboard-feed)
    under_load systemctl reload dashboard-web dashboard-feed
    same "$(main_pid dashboard-feed)" "$pid"
    within 20 whole >/dev/null
    tail -n 1 <<<"$(awk 'END { print NR " responses" }' "$KEPT"/requests.[123]), all 200; feed PID still $pid"
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
    refused 1 "sites-enabled/neighbour already serves neighbour.example.org" --domain neighbour.example.org
    next_door
    whole
    echo "both sites answer, its name is refused"
}
next_door() { [[ $(curl -sk --noproxy '*' --resolve neighbour.example.org:443:127.0.0.1 https://neighbour.example.org/) == "next door" ]]; }

rejected_by_nginx() {
    local output
    echo 'nonsense;' >/etc/nginx/conf.d/broken.conf
    echo '# changed by hand' >>/etc/nginx/sites-available/dashboard
    output=$("$checkout/install.sh" 2>&1) && return 1
    has "$output" "nginx rejects the new configuration, the old one was restored: .*nonsense"
    grep -q 'changed by hand' /etc/nginx/sites-available/dashboard
    rm /etc/nginx/conf.d/broken.conf
    "$checkout/install.sh" >/dev/null
    grep -q 'changed by hand' /etc/nginx/sites-available/dashboard.old
    rm /etc/nginx/sites-available/dashboard.old
    whole
    echo "the next run succeeds; the manual change is kept as .old"
}

interrupted_install() { # after the new release was installed, in the middle of the nginx step
    rm /etc/nginx/snippets/dashboard-proxy.conf /opt/dashboard/running/dashboard-web
    chmod 0600 /etc/dashboard/dashboard.env
    systemctl mask --quiet --runtime redis-server.service
    has "$("$checkout/install.sh")" "^done     nginx site"
    same "$(systemctl is-enabled redis-server.service || true)" disabled
    has "$("$checkout/install.sh")" '^nothing to change$'
    whole
    echo "finished"
}

interrupted_upgrade() { # before systemd had read the new files
    local unit=/etc/systemd/system/dashboard-web.socket output
    sed -i s/SocketMode=0660/SocketMode=0666/ "$unit"
    systemctl daemon-reload
    systemctl restart dashboard-web.socket
    same "$(stat -c %a /run/dashboard/web.sock)" 666
    cp "$checkout/deploy/systemd/dashboard-web.socket" "$unit"
    rm /opt/dashboard/running/dashboard-web.socket
    touch /etc/systemd/system/redis-server@dashboard.service.d/dashboard.conf
    output=$("$checkout/install.sh")
    has "$output" "^done     dedicated Redis"
    has "$output" "^done     running services"
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
    check "upgrade drops no request" under_load "$OTHER/install.sh"
    check "state is kept" state_kept
    check "previous release is kept, older ones are pruned" releases
    check "failed build keeps the running release" broken_upgrade
    check "downgrade drops no request" under_load "$checkout/install.sh"
}

state_kept() {
    within 20 whole >/dev/null # the session is still valid
    same "$(dashboard-admin list-keys)" "$(<"$KEPT/keys")"
    diff -r /etc/dashboard/signing "$KEPT/signing"
    dashboard-audit verify
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
    local before output
    before=$(pids | xargs)
    sed -i 's/sha256:./sha256:0/' "$OTHER/requirements.lock"
    output=$("$OTHER/install.sh" 2>&1) && return 1
    has "$output" 'install.sh: program: .* failed'
    has "$output" 'next step: '
    same "$(pids | xargs)" "$before"
    whole
    grep -m1 'install.sh: program' <<<"$output" | cut -c1-120
}
