# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# Password, sessions, access keys, websockets and rate limits.

login() {
    section "login"
    check "dashboard-admin set-password" set_password
    check "dashboard-admin set-password on a terminal" typed_password
    check "without a session the page redirects to the login, and the API answers 401" no_session
    check "Content-Security-Policy is passed through unchanged" content_policy
    check "login" logs_in
    check "page and its assets" assets
    check "security headers after the login" headers
    check "access key" access_key
    check "websocket of the page" socket 1 /ws/view
    check "websocket of positions" socket 1 /api/v1/positions/stream
    check "websocket of prices, by key" socket_by_key
    check "websocket without a session is refused" no_socket
    check "500 browsers behind one address" socket 500 /ws/view
    check "login attempts are limited" login_limits
}

set_password() { printf '%s\n' "$PASSWORD" | dashboard-admin set-password; }

typed_password() { # twice, as it is asked for
    python3 -c '
import os, pty, sys

def answer(fd):
    text = os.read(fd, 1024)
    if text.endswith((b"password: ", b"more: ")):
        os.write(fd, sys.argv[1].encode() + b"\n")
    return text

sys.exit(os.waitstatus_to_exitcode(pty.spawn(["dashboard-admin", "set-password"], answer)))' "$PASSWORD"
}

no_session() {
    has "$(browse -i -H 'Accept: text/html' "$PAGE/")" '^location: /login'
    same "$(status "$PAGE/api/v1/positions")" 401
    same "$(status "$PAGE/metrics")" 401
    echo "303, and 401 for programs and /metrics"
}

content_policy() {
    local output direct
    output=$(browse -D - -o /dev/null "$PAGE/login" | tr -d '\r')
    direct=$(curl -s --noproxy '*' -D - -o /dev/null --unix-socket /run/dashboard/web.sock -H "Host: $NAME" "http://$NAME/login" | tr -d '\r')
    same "$(sed -n 's/^content-security-policy: //p' <<<"$output")" "$(sed -n 's/^content-security-policy: //p' <<<"$direct")"
    has "$output" "^content-security-policy: .*frame-ancestors 'none'"
    lacks "$output" unsafe-eval
    echo "unchanged"
}

logs_in() {
    local output
    rm -f "$JAR"
    output=$(signed_in -i --data-urlencode "password=$PASSWORD" -H "Origin: $PAGE" "$PAGE/login")
    has "$output" '^HTTP/2 303'
    has "$output" '^set-cookie: __Host-.*HttpOnly.*Secure'
    page_opens
    same "$(signed_in -o /dev/null -w '%{http_code}' "$PAGE/api/v1/positions")" 200
    echo "303, page served"
}
page_opens() { has "$(signed_in -f "$PAGE/")" react-entry-point; } # not by a pipe: grep -q would end curl with an error

assets() {
    local path output kept=0 all=0
    while read -r path; do
        output=$(signed_in -f -D - -o /dev/null -H 'Accept-Encoding: gzip' "$PAGE$path" | tr -d '\r')
        [[ $path != *.js* && $path != *.css* ]] || ! grep -qE '^content-length: [0-9]{5}' <<<"$output" || has "$output" gzip
        all=$((all + 1))
        ! grep -q 'immutable' <<<"$output" || kept=$((kept + 1))
    done < <(signed_in "$PAGE/" | grep -oE '(src|href)="/[^"]+"' | cut -d'"' -f2)
    ((all >= 20 && kept >= 20))
    has "$(signed_in -D - -o /dev/null -H 'Accept-Encoding: br' "$PAGE$path")" '^content-encoding: br'
    lacks "$(browse -D - -o /dev/null "$PAGE$path")" immutable # an error must not be cached
    echo "$all files, $kept cached for a year, gzip and brotli"
}

access_key() {
    dashboard-admin create-key rig >"$KEPT/key" 2>/dev/null
    same "$(status -H "X-API-Key: $(<"$KEPT/key")" "$PAGE/api/v1/positions")" 200
    same "$(status -H "X-API-Key: $(<"$KEPT/key")x" "$PAGE/api/v1/positions")" 401
    has "$(browse -H "X-API-Key: $(<"$KEPT/key")" "$PAGE/metrics")" '^dashboard_'
    echo "opens the API and /metrics"
}

socket() { # COUNT PATH
    "$PYTHON" "$here/sockets.py" "$1" "$2" "$JAR" "" "$(trusted)"
}
socket_by_key() { "$PYTHON" "$here/sockets.py" 1 /api/v1/live/bbo "" "$(<"$KEPT/key")" "$(trusted)"; }

no_socket() {
    local output
    output=$("$PYTHON" "$here/sockets.py" 1 /ws/view "" "" "$(trusted)" 2>&1) && return 1
    tail -n 1 <<<"$output"
    has "$output" '(401|403|1008|4401)'
}

login_limits() { # X-Forwarded-For from the client must not count
    local code each early=0 limited=0
    for each in {1..40}; do
        code=$(status --data-urlencode password=wrong -H "Origin: $PAGE" -H "X-Forwarded-For: 198.51.100.$each" "$PAGE/login")
        [[ $code == 429 ]] || continue
        limited=$((limited + 1))
        ((each > 12)) || early=$((early + 1))
    done
    ((early >= 4)) || { echo "the dashboard refused only $early of the first 12"; return 1; }
    grep -q 'limiting requests.*dashboard_login' /var/log/nginx/dashboard.error.log
    page_opens # existing sessions still work
    echo "429 for $limited of 40, by the dashboard and by nginx"
}
