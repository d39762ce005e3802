# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# A certificate from an ACME authority, and its renewal by Debian's timer.

certificate() {
    section "certificate"
    check "local ACME authority" "$here/pebble" "$NAME"
    check "install.sh --acme-server" certified
    check "second run changes nothing" runs_again
    check "timer renews the certificate, and nginx serves the new one" renewed
}

serial() { openssl s_client -connect 127.0.0.1:443 -servername "$NAME" </dev/null 2>/dev/null | openssl x509 -noout -serial; }

certified() {
    echo "/etc/letsencrypt/live/dashboard-$NAME/chain.pem" >"$KEPT/trusted"
    "$checkout/install.sh" --email me@example.org --acme-server https://localhost:14000/dir
    within 5 page_opens >/dev/null
    openssl s_client -connect 127.0.0.1:443 -servername "$NAME" </dev/null 2>/dev/null | openssl x509 -noout -issuer
}

renewed() {
    local before
    before=$(serial)
    mkdir -p /etc/systemd/system/certbot.timer.d
    printf '[Timer]\nOnCalendar=\nOnActiveSec=2s\nRandomizedDelaySec=0\nAccuracySec=100ms\n' >/etc/systemd/system/certbot.timer.d/now.conf
    mkdir -p /etc/systemd/system/certbot.service.d # skips the random delay
    printf '[Service]\nExecStart=\nExecStart=/usr/bin/certbot -q renew --no-random-sleep-on-renew\n' >/etc/systemd/system/certbot.service.d/now.conf
    systemctl daemon-reload
    systemctl restart certbot.timer
    within 60 differs "$before"
    rm -r /etc/systemd/system/certbot.timer.d /etc/systemd/system/certbot.service.d
    systemctl daemon-reload
    page_opens
}
differs() { [[ $(serial) != "$1" ]]; }
