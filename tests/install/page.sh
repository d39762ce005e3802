# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# nginx in front of the page, before a login.

page() {
    section "through nginx"
    check "without a password every request is refused" no_password
    check "plain HTTP redirects to TLS" to_tls
    check "an unknown host name is redirected to the page's" to_own_name
    check "TLS 1.2 and 1.3 only" tls_versions
    check "unknown host name is refused" other_name
    check "security headers" headers
    check "oversized request is refused" too_large
}

no_password() {
    local output
    within 30 sh -c "curl -s --noproxy '*' --unix-socket /run/dashboard/web.sock http://$NAME/healthz | grep -q alive"
    output=$(browse -i "$PAGE/")
    has "$output" '^HTTP/2 503'
    has "$output" 'no password is set'
    echo "503 with instructions"
}

to_tls() {
    has "$(browse -i "http://$NAME/some/page?x=1")" "^[Ll]ocation: $PAGE/some/page\?x=1"
    echo "301"
}

to_own_name() { # without Debian's default site, which answers to unknown names
    local default=/etc/nginx/sites-enabled/default
    mv "$default" "$KEPT/default"
    systemctl reload nginx
    within 5 redirected_home || { mv "$KEPT/default" "$default"; return 1; }
    mv "$KEPT/default" "$default"
    systemctl reload nginx
    echo "301"
}
redirected_home() {
    has "$(curl -s --noproxy '*' -D - -o /dev/null -H 'Host: evil.example.org' http://127.0.0.1/x)" "^Location: $PAGE/x"
}

tls_versions() {
    local version
    for version in tls1 tls1_1; do
        openssl s_client -connect 127.0.0.1:443 -servername "$NAME" "-$version" -cipher DEFAULT@SECLEVEL=0 </dev/null >/dev/null 2>&1 && return 1
    done
    for version in tls1_2 tls1_3; do
        openssl s_client -connect 127.0.0.1:443 -servername "$NAME" "-$version" </dev/null >/dev/null 2>&1
    done
    echo "as expected"
}

other_name() {
    local code
    code=$(curl -sk --noproxy '*' -o /dev/null -w '%{http_code}' --resolve evil.example.org:443:127.0.0.1 https://evil.example.org/)
    same "$code" 400
    echo "$code"
}

headers() {
    local path count=3
    for path in / /login /api/v1/positions /healthz /metrics /ws/view /no-such /assets/favicon.svg /assets/no-such \
        /_dash-component-suites/no-such /.dashboard/restarting.html; do
        has_headers "$PAGE$path"
        count=$((count + 1))
    done
    has_headers -X POST -H 'Content-Length: 400000' "$PAGE/login"
    has_headers "http://$NAME/"
    has_headers "http://$NAME/.well-known/acme-challenge/no-such"
    echo "$count answers, each header once"
}

has_headers() { # ARGUMENT of curl...: the answer has each security header, once
    local output line
    output=$(browse -b "$JAR" -D - -o /dev/null "$@" | tr -d '\r')
    for line in 'x-content-type-options: nosniff' 'referrer-policy: no-referrer' 'x-frame-options: DENY' \
        'cross-origin-opener-policy: same-origin' 'cross-origin-resource-policy: same-origin' \
        'cross-origin-embedder-policy: require-corp' 'permissions-policy: .*camera=\(\).*' \
        'server: nginx'; do
        same "$(grep -ciE "^$line\$" <<<"$output") of $(grep -ci "^${line%%:*}:" <<<"$output") $line" "1 of 1 $line"
    done
    if [[ ${*: -1} == https* ]]; then
        same "$(grep -ciE '^strict-transport-security: max-age=[0-9]{8}$' <<<"$output")" 1
    else
        lacks "$output" '[Ss]trict-[Tt]ransport'
    fi
}

too_large() {
    local code
    code=$(head -c 400000 /dev/zero | browse -o /dev/null -w '%{http_code}' --data-binary @- "$PAGE/_dash-update-component")
    same "$code" 413
    echo "$code"
}
