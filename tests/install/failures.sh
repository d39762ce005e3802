# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# What dies comes back, what hangs is replaced, and meanwhile nothing old is shown as live.

failures() {
    section "failures"
    check "all is ready" within 30 ready
    check "the feed killed: live again" killed dashboard-feed
    check "a web worker killed: the page" worker_killed
    check "gunicorn killed: the page" killed dashboard-web
    check "Redis killed: live again" killed redis-server@dashboard
    [[ $SHORT ]] && return
    check "the feed hangs (SIGSTOP): live again" hangs
    check "a web worker hangs (SIGSTOP): another takes its place" worker_hangs
    check "Redis stopped: not ready, and said so" redis_stopped
    check "Redis started: live again" redis_started
    check "the web stopped: nginx's own page, and it comes back by itself" restarting_page
}

ready() { [[ $(browse --max-time 2 -o /dev/null -w '%{http_code}' "$PAGE/readyz") == 200 ]]; }
whole() { ready && page_opens; }
steady() { for _ in {1..12}; do ready || return; done; } # each worker, most likely

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
    local one count
    count=$(workers | wc -l)
    one=$(workers | head -n 1)
    kill -KILL "$one"
    same "$(signed_in -o /dev/null -w '%{http_code}' "$PAGE/")" 200
    within 5 replaced "$one" "$count"
}
replaced() { [[ ! -d /proc/$1 ]] && (($(workers | wc -l) == $2)); }

hangs() {
    local stale='' pid
    within 20 steady >/dev/null
    pid=$(main_pid dashboard-feed)
    kill -STOP "$pid"
    stale=$(within 60 not_ready)
    within 90 another_pid dashboard-feed "$pid" >"$KEPT/took"
    within 20 whole >/dev/null
    echo "said to be stale after $stale, replaced after another $(cat "$KEPT/took")"
}
not_ready() { ! ready; }

worker_hangs() {
    local one count
    count=$(workers | wc -l)
    one=$(workers | head -n 1)
    kill -STOP "$one"
    within 90 replaced "$one" "$count"
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
    local said
    said=$(browse -i "$PAGE/")
    has "$said" '^HTTP/2 503'
    has "$said" 'is being restarted'
    has "$said" '^retry-after: 3'
    has "$(browse "$PAGE/api/v1/positions")" '"detail"'
    systemctl start dashboard-web.socket # the first request starts the service
    within 15 whole
}
