# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Starts services that are down, and restarts those whose files or settings have changed.

FINGERPRINT_DIR=/opt/dashboard/running

fingerprint() { # UNIT: hash of the files and settings that it runs with
    local unit=$1
    {
        case $unit in
        nginx) nginx_files | cut -d' ' -f1 | xargs cat "$NGINX/nginx.conf" ;;
        redis-server@dashboard) cat "$REDIS_CONF" "$REDIS_DROPIN" ;;
        *.socket) cat "$UNITS/$unit" ;;
        *) readlink "$INSTALL_DIR/current"; cat "$UNITS/$unit.service"; managed_settings ;;
        esac
        [[ $unit != nginx || $TLS == none ]] || cat "$(value_CERTIFICATE)"
    } 2>/dev/null | sha256sum
}
managed_settings() { grep -iE "$(line_pattern 'DASHBOARD_DEMO|DASHBOARD_REDIS_URL|DASHBOARD_ALLOWED_HOSTS')" "$SETTINGS" || true; }

wanted_units() {
    [[ $PROCESSES == single ]] || echo redis-server@dashboard
    socket_unit
    service_names
    echo nginx
}

unit_is_current() { systemctl is-active --quiet "$1" && has_content "$FINGERPRINT_DIR/$1" "$(fingerprint "$1")"; }

services_is_current() {
    local unit
    for unit in $(wanted_units); do unit_is_current "$unit" || return; done
    [[ $PROCESSES == single ]] || redis_answers
}
services_plan() { wanted_units | sed 's/^/start or restart /'; }

services_apply() {
    local unit
    mkdir -p "$FINGERPRINT_DIR"
    ADVICE="see journalctl -u 'dashboard*' -n 50"
    for unit in $(wanted_units); do unit_is_current "$unit" || start_unit "$unit"; done
}

start_unit() { # UNIT: requests wait in the socket during a restart
    log "(re)starting $1"
    if [[ $1 == nginx ]]; then
        run systemctl enable --quiet nginx
        reload_nginx
    else
        [[ $1 != *.socket ]] || run systemctl stop "${1%socket}service" # which holds the old socket open
        run_with_journal "$1" systemctl restart "$1"
    fi
    write_file "$FINGERPRINT_DIR/$1" "$(fingerprint "$1")" 0644
}

run_with_journal() { # UNIT COMMAND...
    local unit=$1 code=0
    shift
    log "+ $*"
    "$@" >/dev/null 2>&1 </dev/null || code=$?
    ((code == 0)) && return
    journalctl -u "$unit" -n 12 --no-pager -o cat | sed 's/[^[:print:]]//g; s/^/    | /' >&2 # no control sequences of a service
    die "$unit does not start" "see the lines above and journalctl -u $unit"
}
