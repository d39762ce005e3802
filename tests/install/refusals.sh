# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# What cannot work is said in a line, before anything is changed.

refusals() {
    section "refusals"
    local before
    before=$(traces)
    check "an unknown option" refused 2 "no such option: --domian" --domian x
    check "no domain" refused 2 "--domain is missing"
    check "no host name" refused 2 "neither a host name" --domain 'trade example'
    check "an address that is none" refused 2 "is no IPv4 address" --domain 10.0.0.256 --self-signed
    check "an address, and certbot" refused 2 "certbot certifies names" --domain 10.0.0.1
    check "purge alone" refused 2 "--purge goes with" --purge --domain "$NAME"
    check "not root" not_root
    check "a name that resolves nowhere" refused 1 "resolves to no address" --domain nowhere.invalid --email me@example.org
    check "port 443 taken" port_taken
    check "--help" "$checkout/install.sh" --help
    check "--dry-run" "$checkout/install.sh" --dry-run --domain "$NAME" --self-signed
    check "nothing was changed by any of this" same "$(traces)" "$before"
}

refused() { # CODE REASON ARGUMENT...
    local said code=0
    said=$("$checkout/install.sh" "${@:3}" 2>&1) || code=$?
    same "$code" "$1"
    [[ $1 != 2 ]] || same "$(wc -l <<<"$said")" 1
    has "$said" "$2"
    grep -m1 -E -- "$2" <<<"$said"
}

not_root() {
    local said
    chmod o+rx "$checkout"
    said=$(setpriv --reuid=nobody --regid=nogroup --clear-groups "$checkout/install.sh" --domain "$NAME" --self-signed 2>&1) && return 1
    has "$said" "needs root"
    head -n 1 <<<"$said"
}

port_taken() {
    systemd-run --quiet --unit=squatter systemd-socket-activate --listen=443 cat
    within 5 sh -c 'ss -Hltn "sport = :443" | grep -q .'
    refused 1 "port 443 is taken by systemd-socket" --domain "$NAME" --self-signed
    systemctl stop squatter
}

traces() { # of the dashboard, anywhere on the disk
    find / -xdev -ipath '*dashboard*' ! -path "$checkout*" ! -path "$KEPT*" ! -path '/proc/*' ! -path '/sys/*' \
        ! -path '/var/log/journal/*' ! -path '/rig/*' ! -path '*/systemd-private-*' ! -path '*-packages/*' ! -name dashboard-install.log 2>/dev/null | sort
}
