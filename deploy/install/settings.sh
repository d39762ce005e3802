# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# /etc/dashboard: written once, then the administrator's. Later runs change only the settings below.

SETTINGS=/etc/dashboard/dashboard.env
KEYS=/etc/dashboard/keys/exchange.env

settings_is_current() {
    [[ $(stat -c '%a %U %G' "$SETTINGS" 2>/dev/null) == "640 root $ACCOUNT" ]] &&
        [[ $(stat -c '%a %U %G' "$KEYS" 2>/dev/null) == "640 root $ACCOUNT" ]] &&
        demo_is_current && redis_url_is_current && host_is_current
}
settings_plan() { echo "$SETTINGS and $KEYS, 0640 root:$ACCOUNT; existing ones are kept"; }

settings_apply() {
    [[ -e $SETTINGS ]] || write_file "$SETTINGS" "$(render etc/dashboard.env)" 0640 "$ACCOUNT"
    [[ -e $KEYS ]] || write_file "$KEYS" "$(render etc/exchange.env)" 0640 "$ACCOUNT"
    chown "root:$ACCOUNT" "$SETTINGS" "$KEYS"
    chmod 0640 "$SETTINGS" "$KEYS"
    demo_is_current || write_setting DASHBOARD_DEMO "$([[ $MODE != demo ]] || echo true)"
    redis_url_is_current || write_setting DASHBOARD_REDIS_URL "$([[ $PROCESSES == single ]] || echo "unix://$REDIS_SOCKET")"
    host_is_current || write_setting DASHBOARD_ALLOWED_HOSTS "$(all_hosts)"
}

# A line as python-dotenv reads it: "export" before the name, blanks and quotes around it, and lower case are allowed.
line_pattern() { echo "^\s*(export\s+)?'?($1)'?\s*="; } # NAME|...
read_setting() { # NAME: value of its last line, without quotes and comment
    sed -nE "s/$(line_pattern "$1")\s*//Ip" "$SETTINGS" 2>/dev/null | tail -n 1 |
        sed -E "s/^(['\"])([^'\"]*)\1.*/\2/; t; s/\s+#.*//; s/\s+$//"
}
demo_is_current() { [[ $(read_setting DASHBOARD_DEMO) == "$([[ $MODE != demo ]] || echo true)" ]]; }
redis_url_is_current() {
    if [[ $PROCESSES == single ]]; then [[ -z $(read_setting DASHBOARD_REDIS_URL) ]]; else [[ -n $(read_setting DASHBOARD_REDIS_URL) ]]; fi
}
host_is_current() { [[ ,$(read_setting DASHBOARD_ALLOWED_HOSTS | tr -d ' '), == *",$DOMAIN,"* ]]; }
all_hosts() {
    local current
    current=$(read_setting DASHBOARD_ALLOWED_HOSTS)
    echo "${current:+$current,}$DOMAIN"
}

write_setting() { # NAME VALUE: an empty value removes the line; owner, mode and other lines stay
    local text
    text=$(sed -E "/$(line_pattern "$1")/Id" "$SETTINGS")
    [[ -z $2 ]] || text+=$'\n'"$1=$2"
    write_file "$SETTINGS" "$text" 0640 "$ACCOUNT"
    log "$SETTINGS: $1 is now ${2:-not set}"
}
