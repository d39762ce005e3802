# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Renders templates, and writes files atomically and only if they differ.

CHECKSUM_DIR=/opt/dashboard/written # checksum of each file as install.sh wrote it

# render TEMPLATE: replaces each @NAME@ by the output of value_NAME, and keeps a block from #:tls to #:end only if
# `features` lists tls
render() {
    local text name
    text=$(awk -v enabled=" $(features | xargs) " '
        /^[ ]*#:end$/ { depth--; if (depth < off) off = 0; next }
        /^[ ]*#:[a-z0-9]+$/ { depth++; sub(/^ *#:/, ""); if (!off && !index(enabled, " " $0 " ")) off = depth; next }
        !off' "$source/deploy/$1")
    for name in SANDBOX FEED_NETWORK DOMAIN CERTIFICATE KEY APPLY RELOAD DEMO REDIS ENV_EXAMPLE; do
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
value_APPLY() { if [[ $PROCESSES == single ]]; then echo restart dashboard; else echo reload dashboard-feed dashboard-web; fi; }
value_RELOAD() { if [[ $PROCESSES == single ]]; then echo restart dashboard; else echo reload dashboard-feed; fi; }
value_DEMO() { if [[ $MODE == demo ]]; then echo DASHBOARD_DEMO=true; else echo '#DASHBOARD_DEMO=true'; fi; }
value_REDIS() { [[ $PROCESSES == single ]] || echo "DASHBOARD_REDIS_URL=unix://$REDIS_SOCKET"; }
value_ENV_EXAMPLE() { echo /opt/dashboard/current/env.example; }

has_content() { [[ -f $1 && $(<"$1") == "$2" ]]; } # FILE TEXT

write_file() { # FILE TEXT MODE [GROUP]
    local new=$1.new
    install -m "$3" -o root -g "${4:-root}" /dev/null "$new"
    printf '%s\n' "$2" >"$new"
    mv -f "$new" "$1"
    mkdir -p "$CHECKSUM_DIR"
    sha256sum <"$1" >"$CHECKSUM_DIR/${1//\//%}"
    log "wrote $1"
}

changed_by_hand() { # FILE: true if it differs from what install.sh wrote
    [[ -e $1 && $(sha256sum <"$1") != "$(cat "$CHECKSUM_DIR/${1//\//%}" 2>/dev/null)" ]]
}

# file_is_current FILE TEMPLATE; install_template FILE TEMPLATE MODE: keeps a file that was changed by hand as .old
file_is_current() { has_content "$1" "$(render "$2")"; }
install_template() {
    local text
    text=$(render "$2")
    has_content "$1" "$text" && return
    if changed_by_hand "$1"; then
        cp -a "$1" "$1.old"
        warn "$1 was changed by hand: the previous content is kept as $1.old"
    fi
    mkdir -p "$(dirname "$1")"
    write_file "$1" "$text" "$3"
}
