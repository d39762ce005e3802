# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# One process without Redis, and plain HTTP; and the way back.

single() {
    section "one process"
    check "install.sh --single" "$checkout/install.sh" --single
    check "the page, with the session from before" within 20 whole
    check "the other units are gone" others_gone
    check "exposure" exposure dashboard.service
    check "websocket of the page" socket 1 /ws/view
    check "killed: the page" killed_single
    check "hangs (SIGSTOP): the page" hangs_single
    check "a second run changes nothing" again_single
    check "--no-tls" plain
    check "--domain with an address" by_address
}

others_gone() {
    same "$(systemctl is-active dashboard-feed dashboard-web dashboard-web.socket | sort -u)" inactive
    same "$(ls /etc/systemd/system/dashboard*)" "$(printf '%s\n' /etc/systemd/system/dashboard.{service,socket})"
    echo gone
}

killed_single() {
    local pid
    pid=$(main_pid dashboard)
    kill -KILL "$pid"
    same "$(signed_in -o /dev/null -w '%{http_code}' "$PAGE/")" 200 # it waited in the socket
    within 5 whole
}

hangs_single() {
    local pid
    pid=$(main_pid dashboard)
    kill -STOP "$pid"
    within 90 another_pid dashboard "$pid"
    within 20 whole >/dev/null
}

again_single() {
    local pid said
    pid=$(main_pid dashboard)
    said=$("$checkout/install.sh")
    has "$said" '^nothing to change$'
    same "$(main_pid dashboard)" "$pid"
    echo "still $pid"
}

plain() {
    "$checkout/install.sh" --no-tls
    has "$(browse -i "http://$NAME/login")" '^HTTP/1.1 200'
    lacks "$(browse -i "http://$NAME/login")" '[Ss]trict-[Tt]ransport'
    lacks "$(</etc/nginx/sites-available/dashboard)" 443 # the other site may listen there
    "$checkout/install.sh" --self-signed >/dev/null
    echo "200 without TLS, and back"
}

by_address() {
    "$checkout/install.sh" --domain 10.0.0.1 >/dev/null # it looks through nginx itself in the end
    has "$(openssl x509 -in /etc/dashboard/tls/cert.pem -noout -ext subjectAltName)" 'IP Address:10\.0\.0\.1$'
    has "$("$checkout/install.sh")" '^nothing to change$'
    "$checkout/install.sh" --domain "$NAME" >/dev/null
    within 20 whole >/dev/null
    echo "the certificate is the address's, and back"
}

several_again() {
    section "several processes again"
    check "install.sh --several" "$checkout/install.sh" --several
    check "live again" within 20 whole
    check "--live, whose exchange may be out of reach" real_exchange
    check "dashboard-feed, reaching out: exposure" exposure dashboard-feed.service
    check "--demo" "$checkout/install.sh" --demo
    check "live again" within 20 whole
}

real_exchange() {
    "$checkout/install.sh" --live >/dev/null
    sleep 5 # an exchange that cannot be reached is no reason to end
    same "$(systemctl show --value -p NRestarts dashboard-feed)" 0
    page_opens
    lacks "$(grep -v '^#' /etc/dashboard/dashboard.env)" DEMO
    echo "it runs; /readyz: $(browse "$PAGE/readyz" | head -c 150)"
}
