# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# The page as a browser gets it, before anybody has logged in.

page() {
    section "through nginx"
    check "without a password nobody is let in" no_password
    check "plain HTTP leads to TLS" to_tls
    check "TLS 1.2 and 1.3, nothing older" tls_versions
    check "another name is refused" other_name
    check "the headers of every answer" headers
    check "too large a request" too_large
}

no_password() {
    local said
    within 30 sh -c "curl -s --noproxy '*' --unix-socket /run/dashboard/web.sock http://$NAME/healthz | grep -q alive"
    said=$(browse -i "$PAGE/")
    has "$said" '^HTTP/2 503'
    has "$said" 'no password is set'
    echo "503, and says what to do"
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
    echo "as it should be"
}

other_name() {
    local code
    code=$(curl -sk --noproxy '*' -o /dev/null -w '%{http_code}' --resolve evil.example.org:443:127.0.0.1 https://evil.example.org/)
    same "$code" 400
    echo "$code"
}

headers() {
    local said
    said=$(browse -D - -o /dev/null "$PAGE/login" | tr -d '\r')
    has "$said" '^strict-transport-security: max-age=[0-9]{8}'
    has "$said" '^x-content-type-options: nosniff$'
    has "$said" '^referrer-policy: no-referrer$'
    has "$said" '^x-frame-options: DENY$'
    has "$said" '^permissions-policy: .*camera=\(\)'
    has "$said" '^server: nginx$'
    same "$(grep -c '^x-content-type-options' <<<"$said")" 1
    echo "all there"
}

too_large() {
    local code
    code=$(head -c 400000 /dev/zero | browse -o /dev/null -w '%{http_code}' --data-binary @- "$PAGE/_dash-update-component")
    same "$code" 413
    echo "$code"
}
