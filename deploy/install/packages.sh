# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Debian packages.

wanted_packages() {
    echo python3 python3-venv nginx openssl curl ca-certificates
    ! is_available libnginx-mod-http-brotli-filter || echo libnginx-mod-http-brotli-filter # else gzip only
    [[ $PROCESSES == single ]] || echo redis-server
    [[ $TLS != certbot ]] || echo certbot
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

missing_packages() {
    local name
    for name in $(wanted_packages); do is_installed "$name" || echo "$name"; done
}

packages_is_current() { [[ -z $(missing_packages) ]] && ! redis_masked; }
packages_plan() { echo "apt-get install $(missing_packages | xargs)"; }

packages_apply() {
    ADVICE="check that 'apt-get update' works, and finish interrupted installations with 'dpkg --configure -a'"
    run apt_get update
    local wanted
    mapfile -t wanted < <(missing_packages)
    local name
    for name in "${wanted[@]}"; do
        is_available "$name" || die "no package source provides $name" \
            "/etc/apt/sources.list needs Debian's main, or Ubuntu's main and universe"
    done
    # Masked, since Debian would start a Redis with a TCP port.
    [[ " ${wanted[*]} " != *" redis-server "* ]] || run systemctl mask --runtime --quiet redis-server.service
    run apt_get install -y --no-install-recommends "${wanted[@]}"
    if redis_masked; then
        run systemctl unmask --runtime --quiet redis-server.service
        run systemctl disable --quiet redis-server.service
    fi
}

# Masked by install.sh, perhaps in an interrupted run; administrators mask without --runtime.
redis_masked() { [[ $(systemctl is-enabled redis-server.service 2>/dev/null) == masked-runtime ]]; }

apt_get() { apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"; }

is_available() { apt-cache show "$1" >/dev/null 2>&1; }
