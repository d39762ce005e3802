# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# After a reboot everything is running; after --uninstall nothing is left.

after_reboot() {
    section "after the reboot"
    check "all units are running" within 30 units_back
    check "live, and the session is still valid" within 30 whole
    check "second run changes nothing" runs_again
}
units_back() { systemctl is-active --quiet dashboard-feed dashboard-web.socket dashboard-web redis-server@dashboard nginx; }

uninstalled() {
    section "uninstall"
    check "install.sh --uninstall" "$checkout/install.sh" --uninstall
    check "configuration and state are kept" kept_state
    [[ $SHORT ]] || check "install again: state and options are restored" reinstalled
    check "install.sh --uninstall --purge, while a folder is swapped for a link" purged_while_swapped
    check "nothing is left" nothing_left
}

kept_state() {
    [[ -e /etc/dashboard/dashboard.env && -d /var/lib/dashboard/audit && -e /etc/dashboard/signing/audit.key && ! -e /opt/dashboard ]]
    same "$(systemctl list-unit-files --no-legend 'dashboard*' | wc -l)" 0
    nginx -t 2>/dev/null
    getent passwd dashboard
}

reinstalled() {
    "$checkout/install.sh" >/dev/null
    within 30 whole
}

nothing_left() {
    same "$(traces)" ""
    same "$(getent passwd dashboard; getent group dashboard)" ""
    same "$(systemctl list-units --all --no-legend 'dashboard*' | wc -l)" 0
    same "$(systemctl list-unit-files --state=enabled --no-legend 'redis*' | wc -l)" 0
    next_door # another site
    rm /etc/nginx/sites-enabled/neighbour /etc/nginx/neighbour.pem
    nginx -t 2>/dev/null
    same "$(dpkg -V nginx-common nginx redis-server | grep -v '^??5?????? c' || true)" "" # Debian's files are unchanged
    same "$(pgrep -u dashboard 2>/dev/null | wc -l)" 0
    echo "no file, no unit, no user; kept: $(dpkg-query -W -f '${Package}\n' | comm -13 "$KEPT/packages" - | wc -l) of Debian's packages"
}
