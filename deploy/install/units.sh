# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# systemd's units, and the commands for whoever looks after it.

UNITS=/etc/systemd/system
COMMANDS=(dashboard-admin dashboard-audit)

services() { if [[ $PROCESSES == single ]]; then echo dashboard; else printf '%s\n' dashboard-feed dashboard-web; fi; }
socket_unit() { if [[ $PROCESSES == single ]]; then echo dashboard.socket; else echo dashboard-web.socket; fi; }
unit_files() { services | sed 's/$/.service/'; socket_unit; }
all_units() { printf '%s\n' dashboard.service dashboard.socket dashboard-feed.service dashboard-web.service dashboard-web.socket; }
other_units() {
    local unit
    for unit in $(all_units); do
        [[ $'\n'$(unit_files)$'\n' == *$'\n'"$unit"$'\n'* || ! -e $UNITS/$unit ]] || echo "$unit"
    done
}

units_right() {
    local unit name
    for unit in $(unit_files); do
        right_file "$UNITS/$unit" "systemd/$unit" && known "$unit" && systemctl is-enabled --quiet "$unit" 2>/dev/null || return
    done
    for name in "${COMMANDS[@]}"; do same_text "/usr/local/bin/$name" "$(command_text "$name")" || return; done
    [[ -z $(other_units) ]]
}
known() { [[ $(systemctl show -p NeedDaemonReload --value "$1") != yes ]]; } # UNIT: whether systemd has read its newest form
units_plan() {
    unit_files | sed "s,^,$UNITS/,"
    printf '/usr/local/bin/%s\n' "${COMMANDS[@]}"
    other_units | sed 's/^/remove /'
}

units_do() {
    local unit name
    for unit in $(other_units); do
        run systemctl disable --quiet --now "$unit"
        run rm -f "$UNITS/$unit"
    done
    for unit in $(unit_files); do put_file "$UNITS/$unit" "systemd/$unit" 0644; done
    for name in "${COMMANDS[@]}"; do put_text "/usr/local/bin/$name" "$(command_text "$name")" 0755; done
    run systemctl daemon-reload
    # shellcheck disable=SC2046
    run systemctl enable --quiet $(unit_files)
}

command_text() { # NAME: runs as the dashboard's user, so that its files stay its own
    cat <<TEXT
#!/bin/sh
# Written by the dashboard's install.sh.
[ "\$(id -u)" = 0 ] || exec sudo "\$0" "\$@"
cd /var/lib/dashboard || exit
exec runuser -u $ACCOUNT -- env DASHBOARD_ENV_FILE=$SETTINGS /opt/dashboard/current/venv/bin/$1 "\$@"
TEXT
}
