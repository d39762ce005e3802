# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Checks for anything that would make the installation fail, before it changes anything.

NEEDED_MB=1500
LOCK=/run/dashboard-install.lock # a folder that only root can write

preflight() {
    STEP="preflight checks"
    acquire_lock
    [[ $EUID == 0 ]] || is_dry_run || die "root is required" "sudo ./install.sh ..."
    [[ -d /run/systemd/system ]] || die "systemd is not running" "use a machine or container that systemd booted"
    command -v apt-get >/dev/null || die "apt-get is missing: install.sh supports Debian and Ubuntu" \
        "on another system install by hand from deploy/, see docs/OPERATIONS.md"
    check_system
    check_space
    [[ $TLS == none ]] || check_port 443
    check_port 80
    check_server_name
    [[ $TLS != certbot ]] || certificate_is_current || check_dns
    check_firewall
}

acquire_lock() { # prevents concurrent runs
    is_dry_run || [[ $EUID != 0 ]] && return
    exec 8>"$LOCK"
    flock -n 8 || die "another install.sh is running" "wait for it, then run install.sh again"
}

check_system() {
    local ID=unknown VERSION_ID=''
    # shellcheck source=/dev/null
    . /etc/os-release
    case $ID-${VERSION_ID%%.*} in
    debian-12 | debian-13 | ubuntu-24) ;;
    *) warn "$ID ${VERSION_ID} is untested: supported are Debian 12 and Ubuntu 24.04; continuing" ;;
    esac
}

check_space() {
    local place free
    for place in /opt /var; do
        free=$(df --output=avail -m "$place" | tail -n 1)
        ((free >= NEEDED_MB)) || [[ -e /opt/dashboard/current && free -ge 600 ]] ||
            die "$place has $((free)) MB free, $NEEDED_MB are needed" "free some space, then run install.sh again"
    done
}

check_port() { # PORT: free, or used by nginx
    local owner
    owner=$(ss -Hltnp "sport = :$1" | grep -v '"nginx"' | grep -oE '"[^"]+",pid=[0-9]+' | sort -u | tr -d '"' | xargs) || true
    [[ -z $owner ]] || die "port $1 is in use by ${owner//,/ }" \
        "stop that program (systemctl status ${owner##*=} names it), or install on another machine"
}

check_firewall() {
    local rules
    rules=$(ufw status 2>/dev/null) || return 0
    [[ $rules != *"Status: active"* || $rules =~ (^|$'\n')(80|443|Nginx) ]] ||
        warn "the firewall blocks HTTP and HTTPS: ufw allow 'Nginx Full'"
}

check_dns() { # check_domain_points_here follows once nginx runs
    getent ahosts "$DOMAIN" >/dev/null || die "$DOMAIN does not resolve" \
        "add an A record (and AAAA) for $DOMAIN that points to this machine: $(hostname -I | xargs); or use --self-signed"
}
