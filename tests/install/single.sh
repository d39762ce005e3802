# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# --single, --no-tls and an address as the domain; and back.

single() {
    section "one process"
    check "install.sh --single" "$checkout/install.sh" --single
    check "page with the existing session" within 20 whole
    check "units of the other mode are removed" others_removed
    check "exposure" exposure dashboard.service
    check "websocket of the page" socket 1 /ws/view
    check "security headers" headers
    check "killed: page served again" killed_single
    check "stalled (SIGSTOP): page served again" single_stalled
    check "second run changes nothing" single_unchanged
    check "--no-tls" plain_http
    check "--domain with an IP address" by_address
}

others_removed() {
    same "$(systemctl is-active dashboard-feed dashboard-web dashboard-web.socket | sort -u)" inactive
    same "$(ls /etc/systemd/system/dashboard*)" "$(printf '%s\n' /etc/systemd/system/dashboard.{service,socket})"
    echo gone
}

killed_single() {
    local pid
    pid=$(main_pid dashboard)
    kill -KILL "$pid"
    same "$(signed_in -o /dev/null -w '%{http_code}' "$PAGE/")" 200 # the request waited in the socket
    within 5 whole
}

single_stalled() {
    local pid
    pid=$(main_pid dashboard)
    kill -STOP "$pid"
    within 90 another_pid dashboard "$pid"
    within 20 whole >/dev/null
}

single_unchanged() {
    local pid output
    pid=$(main_pid dashboard)
    output=$("$checkout/install.sh")
    has "$output" '^nothing to change$'
    same "$(main_pid dashboard)" "$pid"
    echo "still $pid"
}

plain_http() {
    "$checkout/install.sh" --no-tls
    has "$(browse -i "http://$NAME/login")" '^HTTP/1.1 200'
    has_headers "http://$NAME/login"
    lacks "$(</etc/nginx/sites-available/dashboard)" 443 # another site may use it
    "$checkout/install.sh" --self-signed >/dev/null
    echo "200 without TLS, and back"
}

by_address() {
    "$checkout/install.sh" --domain 10.0.0.1 >/dev/null # checks the page through nginx itself
    has "$(openssl x509 -in /etc/dashboard/tls/cert.pem -noout -ext subjectAltName)" 'IP Address:10\.0\.0\.1$'
    has "$("$checkout/install.sh")" '^nothing to change$'
    "$checkout/install.sh" --domain "$NAME" >/dev/null
    within 20 whole >/dev/null
    echo "certificate for the address, and back"
}

several_again() {
    section "several processes again"
    check "install.sh --several" "$checkout/install.sh" --several
    check "live again" within 20 whole
    check "--live, even if the exchange is unreachable" real_exchange
    check "dashboard-feed with network access: exposure" exposure dashboard-feed.service
    check "--demo" "$checkout/install.sh" --demo
    check "live again" within 20 whole
}

real_exchange() {
    "$checkout/install.sh" --live >/dev/null
    sleep 5 # an unreachable exchange must not end it
    same "$(systemctl show --value -p NRestarts dashboard-feed)" 0
    page_opens
    lacks "$(grep -v '^#' /etc/dashboard/dashboard.env)" DEMO
    echo "running; /readyz: $(browse "$PAGE/readyz" | head -c 150)"
}
