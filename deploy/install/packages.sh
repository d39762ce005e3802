# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# What Debian has packaged.

packages_wanted() {
    echo python3 python3-venv nginx openssl curl ca-certificates
    ! offered libnginx-mod-http-brotli-filter || echo libnginx-mod-http-brotli-filter # where there is none, gzip does
    [[ $PROCESSES == single ]] || echo redis-server
    [[ $TLS != certbot ]] || echo certbot
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

packages_missing() {
    local name
    for name in $(packages_wanted); do installed "$name" || echo "$name"; done
}

packages_right() { [[ -z $(packages_missing) ]] && ! redis_masked; }
packages_plan() { echo "apt-get install $(packages_missing | xargs)"; }

packages_do() {
    ADVICE="does 'apt-get update' work by itself? Was another installation cut off ('dpkg --configure -a')?"
    run apt_get update
    local wanted
    mapfile -t wanted < <(packages_missing)
    local name
    for name in "${wanted[@]}"; do
        offered "$name" || die "no package source has $name" \
            "look at /etc/apt/sources.list: Debian's main, or Ubuntu's main and universe"
    done
    # Debian would start a Redis with a TCP port, which nobody asked for.
    [[ " ${wanted[*]} " != *" redis-server "* ]] || run systemctl mask --runtime --quiet redis-server.service
    run apt_get install -y --no-install-recommends "${wanted[@]}"
    if redis_masked; then
        run systemctl unmask --runtime --quiet redis-server.service
        run systemctl disable --quiet redis-server.service
    fi
}

# By us, perhaps in a run that was cut off: who masks it for good does so without --runtime.
redis_masked() { [[ $(systemctl is-enabled redis-server.service 2>/dev/null) == masked-runtime ]]; }

apt_get() { apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"; }

offered() { apt-cache show "$1" >/dev/null 2>&1; }
