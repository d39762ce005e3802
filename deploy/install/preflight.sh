# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# What makes an installation impossible, said before anything is changed.

NEEDED_MB=1500

preflight() {
    STEP="what this machine has to offer"
    alone
    [[ $EUID == 0 ]] || dry || die "this needs root" "sudo ./install.sh ..."
    [[ -d /run/systemd/system ]] || die "systemd does not run here" "use a machine or container that systemd has booted"
    command -v apt-get >/dev/null || die "there is no apt-get: this is for Debian and Ubuntu" \
        "on another system follow docs/OPERATIONS.md by hand"
    known_system
    enough_space
    [[ $TLS == none ]] || free_port 443
    free_port 80
    free_name
    [[ $TLS != certbot ]] || certificate_right || resolves
    firewall
}

alone() { # two runs at once would do everything twice
    dry || [[ $EUID != 0 ]] && return
    exec 8>/run/lock/dashboard-install.lock
    flock -n 8 || die "another install.sh is running" "wait for it, then run this again"
}

known_system() {
    local ID=unknown VERSION_ID=''
    # shellcheck source=/dev/null
    . /etc/os-release
    case $ID-${VERSION_ID%%.*} in
    debian-12 | debian-13 | ubuntu-24) ;;
    *) warn "$ID ${VERSION_ID} was never tried: known are Debian 12 and Ubuntu 24.04. Going on." ;;
    esac
}

enough_space() {
    local place free
    for place in /opt /var; do
        free=$(df --output=avail -m "$place" | tail -n 1)
        ((free >= NEEDED_MB)) || [[ -e /opt/dashboard/current && free -ge 600 ]] ||
            die "only $((free)) MB are free in $place, and $NEEDED_MB are needed" "make room there, then run it again"
    done
}

free_port() { # PORT: nginx may have it
    local who
    who=$(ss -Hltnp "sport = :$1" | grep -v '"nginx"' | grep -oE '"[^"]+",pid=[0-9]+' | sort -u | tr -d '"' | xargs) || true
    [[ -z $who ]] || die "port $1 is taken by ${who//,/ }" \
        "stop that (systemctl status ${who##*=} says what it is), or let it and the dashboard live on two machines"
}

firewall() {
    local rules
    rules=$(ufw status 2>/dev/null) || return 0
    [[ $rules != *"Status: active"* || $rules =~ (^|$'\n')(80|443|Nginx) ]] ||
        warn "the firewall lets nobody in: ufw allow 'Nginx Full'"
}

resolves() { # whether it also leads here is asked when nginx answers
    getent ahosts "$DOMAIN" >/dev/null || die "$DOMAIN resolves to no address" \
        "add an A record (and AAAA) for $DOMAIN that points to this machine: $(hostname -I | xargs); or use --self-signed"
}
