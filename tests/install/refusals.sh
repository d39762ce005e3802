# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# Wrong options and unsuitable machines are refused in one line, before anything is changed.

refusals() {
    section "refusals"
    local before
    before=$(traces)
    check "an unknown option" refused 2 "unknown option: --domian" --domian x
    check "no domain" refused 2 "--domain is missing"
    check "an invalid host name" refused 2 "neither a host name" --domain 'trade example'
    check "an invalid address" refused 2 "is not an IPv4 address" --domain 10.0.0.256 --self-signed
    check "an address with certbot" refused 2 "certbot certifies names" --domain 10.0.0.1
    check "--purge alone" refused 2 "--purge requires" --purge --domain "$NAME"
    check "not root" not_root
    check "a name that does not resolve" refused 1 "does not resolve" --domain nowhere.invalid --email me@example.org
    check "port 443 in use" port_in_use
    check "--help" "$checkout/install.sh" --help
    check "--dry-run" "$checkout/install.sh" --dry-run --domain "$NAME" --self-signed
    check "nothing was changed by any of this" same "$(traces)" "$before"
}

refused() { # CODE REASON ARGUMENT...
    local output code=0
    output=$("$checkout/install.sh" "${@:3}" 2>&1) || code=$?
    same "$code" "$1"
    [[ $1 != 2 ]] || same "$(wc -l <<<"$output")" 1
    has "$output" "$2"
    grep -m1 -E -- "$2" <<<"$output"
}

not_root() {
    local output
    chmod o+rx "$checkout"
    output=$(setpriv --reuid=nobody --regid=nogroup --clear-groups "$checkout/install.sh" --domain "$NAME" --self-signed 2>&1) && return 1
    has "$output" "root is required"
    head -n 1 <<<"$output"
}

port_in_use() {
    systemd-run --quiet --unit=squatter systemd-socket-activate --listen=443 cat
    within 5 sh -c 'ss -Hltn "sport = :443" | grep -q .'
    refused 1 "port 443 is in use by systemd-socket" --domain "$NAME" --self-signed
    systemctl stop squatter
}

traces() { # files of the dashboard, anywhere on the disk
    find / -xdev -ipath '*dashboard*' ! -path "$checkout*" ! -path "$KEPT*" ! -path '/proc/*' ! -path '/sys/*' \
        ! -path '/var/log/journal/*' ! -path '/rig/*' ! -path '*/systemd-private-*' ! -path '*-packages/*' ! -name dashboard-install.log 2>/dev/null | sort
}
