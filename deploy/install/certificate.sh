# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The TLS certificate: from certbot, self-signed, or none.

TLS_DIR=/etc/dashboard/tls
CHALLENGE_DIR=/var/lib/dashboard-acme

lineage() { echo "dashboard-$DOMAIN"; }
value_CERTIFICATE() {
    if [[ $TLS == certbot ]]; then echo "/etc/letsencrypt/live/$(lineage)/fullchain.pem"; else echo "$TLS_DIR/cert.pem"; fi
}
value_KEY() {
    if [[ $TLS == certbot ]]; then echo "/etc/letsencrypt/live/$(lineage)/privkey.pem"; else echo "$TLS_DIR/key.pem"; fi
}

certificate_is_current() {
    local left=0
    [[ $TLS != none ]] || return 0
    [[ $TLS == certbot ]] || left=$((30 * 86400))
    [[ -s $(value_KEY) ]] && openssl x509 -in "$(value_CERTIFICATE)" -noout -checkend "$left" >/dev/null 2>&1 &&
        openssl x509 -in "$(value_CERTIFICATE)" -noout "$(is_ip_address && echo -checkip || echo -checkhost)" "$DOMAIN" 2>/dev/null |
        grep -q 'does match'
}
certificate_plan() {
    if [[ $TLS == certbot ]]; then
        echo "certbot certonly --webroot -d $DOMAIN"
    else
        echo "a self-signed certificate for $DOMAIN in $TLS_DIR"
    fi
}

certificate_apply() {
    if [[ $TLS == certbot ]]; then request_certificate; else create_self_signed; fi
}

create_self_signed() { # the subject is fixed: a domain may exceed its 64 characters
    run install -d -m 0700 "$TLS_DIR"
    run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj "/CN=Position Dashboard" \
        -addext "subjectAltName=$(is_ip_address && echo IP || echo DNS):$DOMAIN" -addext extendedKeyUsage=serverAuth \
        -keyout "$TLS_DIR/key.pem" -out "$TLS_DIR/cert.pem"
    chmod 0600 "$TLS_DIR/key.pem"
}

request_certificate() {
    run install -d -m 0755 "$CHALLENGE_DIR"
    serve_challenges
    check_domain_points_here
    local contact=(--register-unsafely-without-email) server=()
    [[ -z $EMAIL ]] || contact=(--email "$EMAIL")
    [[ -z $ACME_SERVER ]] || server=(--server "$ACME_SERVER")
    ADVICE="the authority must reach port 80 of $DOMAIN: open it in the firewall, or use --self-signed"
    run certbot certonly --non-interactive --agree-tos --webroot -w "$CHALLENGE_DIR" --cert-name "$(lineage)" -d "$DOMAIN" \
        --keep-until-expiring --deploy-hook "systemctl reload nginx" "${contact[@]}" "${server[@]}"
}

# Checked first, since authorities limit failed attempts.
check_domain_points_here() {
    local folder=$CHALLENGE_DIR/.well-known/acme-challenge token answer='' try
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -p "$folder"
    echo "$token" >"$folder/$token"
    for try in 1 2 3 4 5 6 7 8 9 10; do # a reload takes a moment
        log "checking that $DOMAIN points to this machine, attempt $try"
        answer=$(curl -sL --noproxy '*' --max-time 5 "http://$DOMAIN/.well-known/acme-challenge/$token") && [[ $answer == "$token" ]] && break
        sleep 0.5
    done
    rm -f "$folder/$token"
    [[ $answer != "$token" ]] || return 0
    [[ -n $answer ]] || { warn "$DOMAIN ($(domain_addresses)) cannot be reached from this machine, which many routers prevent; continuing" && return; }
    die "$DOMAIN points to another machine: $(domain_addresses)" \
        "set its A (and AAAA) record to this machine: $(hostname -I | xargs)"
}
domain_addresses() { getent ahosts "$DOMAIN" | awk '!seen[$1]++ { print $1 }' | xargs; }

# Debian's timer renews the certificate, and certbot's deploy hook reloads nginx.
renewal_is_current() { [[ $TLS != certbot ]] || { systemctl is-enabled --quiet certbot.timer && systemctl is-active --quiet certbot.timer; }; }
renewal_plan() { echo "enable certbot.timer"; }
renewal_apply() { run systemctl enable --quiet --now certbot.timer; }
