# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# systemd units, and the administration commands.

UNITS=/etc/systemd/system
COMMANDS=(dashboard-admin dashboard-audit)

service_names() { if [[ $PROCESSES == single ]]; then echo dashboard; else printf '%s\n' dashboard-feed dashboard-web; fi; }
socket_unit() { if [[ $PROCESSES == single ]]; then echo dashboard.socket; else echo dashboard-web.socket; fi; }
unit_files() { service_names | sed 's/$/.service/'; socket_unit; }
all_units() { printf '%s\n' dashboard.service dashboard.socket dashboard-feed.service dashboard-web.service dashboard-web.socket; }
obsolete_units() {
    local unit
    for unit in $(all_units); do
        [[ $'\n'$(unit_files)$'\n' == *$'\n'"$unit"$'\n'* || ! -e $UNITS/$unit ]] || echo "$unit"
    done
}

units_is_current() {
    local unit name
    for unit in $(unit_files); do
        file_is_current "$UNITS/$unit" "systemd/$unit" && is_loaded "$unit" && systemctl is-enabled --quiet "$unit" 2>/dev/null || return
    done
    for name in "${COMMANDS[@]}"; do has_content "/usr/local/bin/$name" "$(wrapper_script "$name")" || return; done
    [[ -z $(obsolete_units) ]]
}
is_loaded() { [[ $(systemctl show -p NeedDaemonReload --value "$1") != yes ]]; } # UNIT: true if systemd has read its newest version
units_plan() {
    unit_files | sed "s,^,$UNITS/,"
    printf '/usr/local/bin/%s\n' "${COMMANDS[@]}"
    obsolete_units | sed 's/^/remove /'
}

units_apply() {
    local unit name
    for unit in $(obsolete_units); do
        run systemctl disable --quiet --now "$unit"
        run rm -f "$UNITS/$unit"
    done
    for unit in $(unit_files); do install_template "$UNITS/$unit" "systemd/$unit" 0644; done
    for name in "${COMMANDS[@]}"; do write_file "/usr/local/bin/$name" "$(wrapper_script "$name")" 0755; done
    run systemctl daemon-reload
    # shellcheck disable=SC2046
    run systemctl enable --quiet $(unit_files)
}

wrapper_script() { # NAME: runs the command as the dashboard's user, who then owns new files
    cat <<TEXT
#!/bin/bash
# Written by the dashboard's install.sh.
((EUID == 0)) || exec sudo "\$0" "\$@"
cd $STATE || exit
program=(env DASHBOARD_ENV_FILE=$SETTINGS DASHBOARD_AUDIT_SIGNING_KEY_FILE=$SIGNING_KEY $INSTALL_DIR/current/venv/bin/$1 "\$@")
# With the caller's terminal that user could read what is typed later, and type itself: it gets a new one, or none.
[[ -t 0 && -t 1 && -t 2 ]] && exec runuser --pty -u $ACCOUNT -- "\${program[@]}"
[[ ! -t 0 ]] || exec </dev/null
[[ ! -t 1 ]] || exec > >(exec cat)
[[ ! -t 2 ]] || exec 2> >(exec cat >&2)
exec setsid --wait runuser -u $ACCOUNT -- "\${program[@]}"
TEXT
}
