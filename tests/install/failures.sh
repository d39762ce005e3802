# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# Killed processes are restarted, stalled ones are replaced, and stale data is never shown as live.

failures() {
    section "failures"
    check "everything is ready" within 30 ready
    check "feed killed: live again" killed dashboard-feed
    check "web worker killed: page still served" worker_killed
    check "gunicorn killed: page served again" killed dashboard-web
    check "Redis killed: live again" killed redis-server@dashboard
    [[ $SHORT ]] && return
    check "feed stalled (SIGSTOP): live again" feed_stalled
    check "web worker stalled (SIGSTOP): replaced" worker_stalled
    check "Redis stopped: reported as not ready" redis_stopped
    check "Redis started: live again" redis_started
    check "web workers stopped: nginx's own page, then started by a request" restarting_page
}

ready() { [[ $(browse --max-time 2 -o /dev/null -w '%{http_code}' "$PAGE/readyz") == 200 ]]; }
whole() { ready && page_opens; }
steady() { for _ in {1..12}; do ready || return; done; } # enough requests to reach each worker

killed() { # UNIT: back within 5 seconds, with another PID
    local unit=$1 pid took
    pid=$(main_pid "$unit")
    kill -KILL "$pid"
    took=$(within 10 another_pid "$unit" "$pid")
    within 20 whole >"$KEPT/whole"
    echo "process after $took, ready and the page after another $(cat "$KEPT/whole")"
    awk -v took="${took% s}" -v whole="$(cut -d' ' -f1 "$KEPT/whole")" 'BEGIN { exit !(took + whole <= 5) }'
}
another_pid() { [[ $(main_pid "$1" || echo "$2") != "$2" ]] && systemctl is-active --quiet "$1"; }

workers() { pgrep -P "$(main_pid dashboard-web)" | sort; }
worker_killed() {
    local victim count
    count=$(workers | wc -l)
    victim=$(workers | head -n 1)
    kill -KILL "$victim"
    same "$(signed_in -o /dev/null -w '%{http_code}' "$PAGE/")" 200
    within 5 replaced "$victim" "$count"
}
replaced() { [[ ! -d /proc/$1 ]] && (($(workers | wc -l) == $2)); }

feed_stalled() {
    local stale='' pid
    within 20 steady >/dev/null
    pid=$(main_pid dashboard-feed)
    kill -STOP "$pid"
    stale=$(within 60 not_ready)
    within 90 another_pid dashboard-feed "$pid" >"$KEPT/took"
    within 20 whole >/dev/null
    echo "reported stale after $stale, replaced after another $(cat "$KEPT/took")"
}
not_ready() { ! ready; }

worker_stalled() {
    local victim count
    count=$(workers | wc -l)
    victim=$(workers | head -n 1)
    kill -STOP "$victim"
    within 90 replaced "$victim" "$count"
}

redis_stopped() {
    local took
    within 20 steady >/dev/null
    systemctl stop redis-server@dashboard
    took=$(within 30 not_ready)
    page_opens
    echo "not ready after $took: $(browse "$PAGE/readyz" | head -c 200)"
    same "$(systemctl is-active dashboard-feed dashboard-web | sort -u)" active
}
redis_started() {
    systemctl start redis-server@dashboard
    within 20 whole
}

restarting_page() {
    systemctl stop dashboard-web.socket dashboard-web.service
    local output
    output=$(browse -i "$PAGE/")
    has "$output" '^HTTP/2 503'
    has "$output" 'is being restarted'
    has "$output" '^retry-after: 3'
    has "$(browse "$PAGE/api/v1/positions")" '"detail"'
    has_headers "$PAGE/"
    has_headers "$PAGE/api/v1/positions"
    has_headers "$PAGE/assets/favicon.svg"
    systemctl start dashboard-web.socket # the first request starts the service
    within 15 whole
}
