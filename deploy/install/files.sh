# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Files made from templates, written only when they differ, and in one move.

WRITTEN=/opt/dashboard/written # how each file was when we wrote it

# render TEMPLATE: @NAME@ is replaced by the variable's value; what stands between #:tls and #:end is kept only
# where that holds
render() {
    local text name
    text=$(awk -v holds=" $(features | xargs) " '
        /^[ ]*#:end$/ { depth--; if (depth < off) off = 0; next }
        /^[ ]*#:[a-z0-9]+$/ { depth++; sub(/^ *#:/, ""); if (!off && !index(holds, " " $0 " ")) off = depth; next }
        !off' "$source/deploy/$1")
    for name in SANDBOX FEED_NETWORK DOMAIN CERTIFICATE KEY UNITS RELOAD DEMO REDIS ENV_EXAMPLE; do
        [[ $text == *"@$name@"* ]] || continue
        text=${text//"@$name@"/"$("value_$name")"}
    done
    printf '%s\n' "$text"
}

features() {
    if [[ $TLS == none ]]; then echo plain; else echo tls; fi
    [[ ! -e /proc/net/if_inet6 ]] || echo ipv6
    ! compgen -G '/etc/nginx/modules-enabled/*brotli-filter.conf' >/dev/null || echo brotli
}
value_DOMAIN() { echo "$DOMAIN"; }
value_SANDBOX() { cat "$source/deploy/systemd/sandbox.txt"; }
value_FEED_NETWORK() {
    echo RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
    [[ $MODE != demo ]] || printf '%s\n' "# The demo exchange is on loopback." IPAddressDeny=any IPAddressAllow=localhost
}
value_UNITS() { services | xargs; }
value_RELOAD() { if [[ $PROCESSES == single ]]; then echo restart dashboard; else echo reload dashboard-feed; fi; }
value_DEMO() { if [[ $MODE == demo ]]; then echo DASHBOARD_DEMO=true; else echo '#DASHBOARD_DEMO=true'; fi; }
value_REDIS() { [[ $PROCESSES == single ]] || echo "DASHBOARD_REDIS_URL=unix://$REDIS_SOCKET"; }
value_ENV_EXAMPLE() { echo /opt/dashboard/current/env.example; }

same_text() { [[ -f $1 && $(<"$1") == "$2" ]]; } # FILE TEXT

put_text() { # FILE TEXT MODE [GROUP]
    local new=$1.new
    install -m "$3" -o root -g "${4:-root}" /dev/null "$new"
    printf '%s\n' "$2" >"$new"
    mv -f "$new" "$1"
    mkdir -p "$WRITTEN"
    sha256sum <"$1" >"$WRITTEN/${1//\//%}"
    log "wrote $1"
}

by_hand() { # FILE: whether it is other than we wrote it
    [[ -e $1 && $(sha256sum <"$1") != "$(cat "$WRITTEN/${1//\//%}" 2>/dev/null)" ]]
}

# right_file FILE TEMPLATE and put_file FILE TEMPLATE MODE: the same for a template. Somebody's changes are kept as .old.
right_file() { same_text "$1" "$(render "$2")"; }
put_file() {
    local text
    text=$(render "$2")
    same_text "$1" "$text" && return
    if by_hand "$1"; then
        cp -a "$1" "$1.old"
        warn "$1 was changed by hand: what it was is kept as $1.old"
    fi
    mkdir -p "$(dirname "$1")"
    put_text "$1" "$text" "$3"
}
