# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# The certificate: by certbot, by ourselves, or none.

OWN_TLS=/etc/dashboard/tls
CHALLENGES=/var/lib/dashboard-acme

lineage() { echo "dashboard-$DOMAIN"; }
value_CERTIFICATE() {
    if [[ $TLS == certbot ]]; then echo "/etc/letsencrypt/live/$(lineage)/fullchain.pem"; else echo "$OWN_TLS/cert.pem"; fi
}
value_KEY() {
    if [[ $TLS == certbot ]]; then echo "/etc/letsencrypt/live/$(lineage)/privkey.pem"; else echo "$OWN_TLS/key.pem"; fi
}

certificate_right() {
    local left=0
    [[ $TLS != none ]] || return 0
    [[ $TLS == certbot ]] || left=$((30 * 86400))
    [[ -s $(value_KEY) ]] && openssl x509 -in "$(value_CERTIFICATE)" -noout -checkend "$left" >/dev/null 2>&1 &&
        openssl x509 -in "$(value_CERTIFICATE)" -noout "$(is_address && echo -checkip || echo -checkhost)" "$DOMAIN" 2>/dev/null |
        grep -q 'does match'
}
certificate_plan() {
    if [[ $TLS == certbot ]]; then
        echo "certbot certonly --webroot -d $DOMAIN"
    else
        echo "a self-signed certificate for $DOMAIN in $OWN_TLS"
    fi
}

certificate_do() {
    if [[ $TLS == certbot ]]; then by_certbot; else self_signed; fi
}

self_signed() { # the name is not its subject, where 64 characters are the most
    run install -d -m 0700 "$OWN_TLS"
    run openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825 -subj "/CN=Position Dashboard" \
        -addext "subjectAltName=$(is_address && echo IP || echo DNS):$DOMAIN" -addext extendedKeyUsage=serverAuth \
        -keyout "$OWN_TLS/key.pem" -out "$OWN_TLS/cert.pem"
    chmod 0600 "$OWN_TLS/key.pem"
}

by_certbot() {
    run install -d -m 0755 "$CHALLENGES"
    site_for_authority
    leads_here
    local who=(--register-unsafely-without-email) where=()
    [[ -z $EMAIL ]] || who=(--email "$EMAIL")
    [[ -z $ACME_SERVER ]] || where=(--server "$ACME_SERVER")
    ADVICE="port 80 of $DOMAIN has to be reachable from the authority: open it in the firewall; or use --self-signed"
    run certbot certonly --non-interactive --agree-tos --webroot -w "$CHALLENGES" --cert-name "$(lineage)" -d "$DOMAIN" \
        --keep-until-expiring --deploy-hook "systemctl reload nginx" "${who[@]}" "${where[@]}"
}

# Whether the name leads to this nginx, asked before the authority counts a failure against us.
leads_here() {
    local folder=$CHALLENGES/.well-known/acme-challenge word answer='' try
    word=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    mkdir -p "$folder"
    echo "$word" >"$folder/$word"
    for try in 1 2 3 4 5 6 7 8 9 10; do # a reload takes a moment
        log "does $DOMAIN lead here? try $try"
        answer=$(curl -sL --noproxy '*' --max-time 5 "http://$DOMAIN/.well-known/acme-challenge/$word") && [[ $answer == "$word" ]] && break
        sleep 0.5
    done
    rm -f "$folder/$word"
    [[ $answer != "$word" ]] || return 0
    [[ -n $answer ]] || { warn "$DOMAIN ($(addresses)) cannot be reached from here: going on, as routers often refuse that" && return; }
    die "$DOMAIN leads to another machine: $(addresses)" \
        "point its A (and AAAA) record to this one: $(hostname -I | xargs)"
}
addresses() { getent ahosts "$DOMAIN" | awk '!seen[$1]++ { print $1 }' | xargs; }

# Debian's own timer renews it, and the hook that certbot keeps tells nginx.
renewal_right() { [[ $TLS != certbot ]] || { systemctl is-enabled --quiet certbot.timer && systemctl is-active --quiet certbot.timer; }; }
renewal_plan() { echo "enable certbot.timer"; }
renewal_do() { run systemctl enable --quiet --now certbot.timer; }
