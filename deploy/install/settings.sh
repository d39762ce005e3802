# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# /etc/dashboard: written once, then yours. Only what these lines rest upon is kept right in it.

SETTINGS=/etc/dashboard/dashboard.env
KEYS=/etc/dashboard/keys/exchange.env

settings_right() {
    [[ $(stat -c '%a %U %G' "$SETTINGS" 2>/dev/null) == "640 root $ACCOUNT" ]] &&
        [[ $(stat -c '%a %U %G' "$KEYS" 2>/dev/null) == "640 root $ACCOUNT" ]] &&
        demo_right && redis_url_right && host_right
}
settings_plan() { echo "$SETTINGS and $KEYS, 0640 root:$ACCOUNT; what is there is kept"; }

settings_do() {
    [[ -e $SETTINGS ]] || put_text "$SETTINGS" "$(render etc/dashboard.env)" 0640 "$ACCOUNT"
    [[ -e $KEYS ]] || put_text "$KEYS" "$(render etc/exchange.env)" 0640 "$ACCOUNT"
    chown "root:$ACCOUNT" "$SETTINGS" "$KEYS"
    chmod 0640 "$SETTINGS" "$KEYS"
    demo_right || set_line DASHBOARD_DEMO "$([[ $MODE != demo ]] || echo true)"
    redis_url_right || set_line DASHBOARD_REDIS_URL "$([[ $PROCESSES == single ]] || echo "unix://$REDIS_SOCKET")"
    host_right || set_line DASHBOARD_ALLOWED_HOSTS "$(all_hosts)"
}

# A line as the program reads it (python-dotenv): there may be "export" before the name, blanks and quotes around it, and
# small letters in it.
line_of() { echo "^\s*(export\s+)?'?($1)'?\s*="; } # NAME|...
setting() { # NAME: the last one's value, without quotes and without what stands behind " #"
    sed -nE "s/$(line_of "$1")\s*//Ip" "$SETTINGS" 2>/dev/null | tail -n 1 |
        sed -E "s/^(['\"])([^'\"]*)\1.*/\2/; t; s/\s+#.*//; s/\s+$//"
}
demo_right() { [[ $(setting DASHBOARD_DEMO) == "$([[ $MODE != demo ]] || echo true)" ]]; }
redis_url_right() {
    if [[ $PROCESSES == single ]]; then [[ -z $(setting DASHBOARD_REDIS_URL) ]]; else [[ -n $(setting DASHBOARD_REDIS_URL) ]]; fi
}
host_right() { [[ ,$(setting DASHBOARD_ALLOWED_HOSTS | tr -d ' '), == *",$DOMAIN,"* ]]; }
all_hosts() {
    local had
    had=$(setting DASHBOARD_ALLOWED_HOSTS)
    echo "${had:+$had,}$DOMAIN"
}

set_line() { # NAME VALUE: an empty one takes the line away; the file keeps its owner, mode and other lines
    local text
    text=$(sed -E "/$(line_of "$1")/Id" "$SETTINGS")
    [[ -z $2 ]] || text+=$'\n'"$1=$2"
    put_text "$SETTINGS" "$text" 0640 "$ACCOUNT"
    log "$SETTINGS: $1 is now ${2:-not set}"
}
