# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Starts what does not run, and restarts what runs in an older form than what is installed now.

STAMPS=/opt/dashboard/running

form_of() { # UNIT: what it runs on, as one hash
    local unit=$1
    {
        case $unit in
        nginx) nginx_files | cut -d' ' -f1 | xargs cat "$NGINX/nginx.conf" ;;
        redis-server@dashboard) cat "$REDIS_CONF" "$REDIS_DROPIN" ;;
        *.socket) cat "$UNITS/$unit" ;;
        *) readlink "$HOME_OF_IT/current"; cat "$UNITS/$unit.service"; managed_settings ;;
        esac
        [[ $unit != nginx || $TLS == none ]] || cat "$(value_CERTIFICATE)"
    } 2>/dev/null | sha256sum
}
managed_settings() { grep -iE "$(line_of 'DASHBOARD_DEMO|DASHBOARD_REDIS_URL|DASHBOARD_ALLOWED_HOSTS')" "$SETTINGS" || true; }

wanted_units() {
    [[ $PROCESSES == single ]] || echo redis-server@dashboard
    socket_unit
    services
    echo nginx
}

unit_right() { systemctl is-active --quiet "$1" && same_text "$STAMPS/$1" "$(form_of "$1")"; }

running_right() {
    local unit
    for unit in $(wanted_units); do unit_right "$unit" || return; done
    [[ $PROCESSES == single ]] || redis_answers
}
running_plan() { wanted_units | sed 's/^/start or restart /'; }

running_do() {
    local unit
    mkdir -p "$STAMPS"
    ADVICE="journalctl -u 'dashboard*' -n 50 says why"
    for unit in $(wanted_units); do unit_right "$unit" || begin "$unit"; done
}

begin() { # UNIT: requests that come meanwhile wait in the socket
    log "$1 is to be (re)started"
    if [[ $1 == nginx ]]; then
        run systemctl enable --quiet nginx
        nginx_again
    else
        [[ $1 != *.socket ]] || run systemctl stop "${1%socket}service" # which has the old one open
        journal_on_failure "$1" systemctl restart "$1"
    fi
    put_text "$STAMPS/$1" "$(form_of "$1")" 0644
}

journal_on_failure() { # UNIT COMMAND...
    local unit=$1 code=0
    shift
    log "+ $*"
    "$@" >/dev/null 2>&1 </dev/null || code=$?
    ((code == 0)) && return
    journalctl -u "$unit" -n 12 --no-pager -o cat | sed 's/^/    | /' >&2
    die "$unit does not start" "the lines above say why; journalctl -u $unit has more"
}
