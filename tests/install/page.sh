# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# nginx in front of the page, before a login.

page() {
    section "through nginx"
    check "without a password every request is refused" no_password
    check "plain HTTP redirects to TLS" to_tls
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
    local output
    output=$(browse -D - -o /dev/null "$PAGE/login" | tr -d '\r')
    has "$output" '^strict-transport-security: max-age=[0-9]{8}'
    has "$output" '^x-content-type-options: nosniff$'
    has "$output" '^referrer-policy: no-referrer$'
    has "$output" '^x-frame-options: DENY$'
    has "$output" '^permissions-policy: .*camera=\(\)'
    has "$output" '^server: nginx$'
    same "$(grep -c '^x-content-type-options' <<<"$output")" 1
    echo "complete"
}

too_large() {
    local code
    code=$(head -c 400000 /dev/zero | browse -o /dev/null -w '%{http_code}' --data-binary @- "$PAGE/_dash-update-component")
    same "$code" 413
    echo "$code"
}
