# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Takes away what was installed. Debian's packages stay, since others may need them by now.

uninstall() {
    STEP="uninstalling"
    [[ $EUID == 0 ]] || dry || die "this needs root" "sudo ./install.sh --uninstall"
    local each
    if dry; then
        say "would stop and remove:"
        for each in $(all_units) "$REDIS_UNIT" $(left_behind) $([[ -z $PURGE ]] || purged); do say "  $each"; done
        return
    fi
    alone
    stop_all
    for each in $(left_behind); do remove "$each"; done
    fewer_connections
    run systemctl daemon-reload
    ! systemctl is-active --quiet nginx || nginx_again
    if [[ $PURGE ]]; then purge; else say "kept: /etc/dashboard, /var/lib/dashboard and the certificate (--purge removes them)"; fi
    say "uninstalled. Debian's packages stay: nginx, redis-server, certbot and python3-venv may serve others"
    [[ -z $PURGE ]] || { rm -f "$LOG" && LOG_TO=; }
}

stop_all() {
    local unit
    for unit in $(all_units | grep socket) $(all_units | grep service) "$REDIS_UNIT"; do
        ! systemctl cat "$unit" >/dev/null 2>&1 || run systemctl disable --quiet --now "$unit"
        systemctl reset-failed "$unit" 2>/dev/null || true
    done
}

left_behind() { # what is no state and no configuration of yours
    all_units | sed "s,^,$UNITS/,"
    nginx_files | cut -d' ' -f1
    echo "$NGINX/sites-enabled/dashboard $REDIS_CONF ${REDIS_DROPIN%/*} /opt/dashboard /run/dashboard $CHALLENGES" /run/lock/dashboard-install.lock
    printf '/usr/local/bin/%s\n' "${COMMANDS[@]}"
}
purged() {
    nginx_files | sed 's/ .*/.old/'
    all_units | sed "s,.*,$UNITS/&.old,"
    echo "$REDIS_CONF.old"
    echo /etc/dashboard /var/lib/dashboard
    compgen -G '/var/log/nginx/dashboard.*' || true
}

remove() { # PATH
    [[ -e $1 || -L $1 ]] || return 0
    run rm -rf "$1"
    say "removed  $1"
}

purge() {
    local each
    if [[ -n $DOMAIN && -e /etc/letsencrypt/renewal/$(lineage).conf ]]; then
        run certbot delete --non-interactive --cert-name "$(lineage)"
        say "removed  the certificate of $DOMAIN"
    fi
    for each in $(purged); do remove "$each"; done
    ! getent passwd "$ACCOUNT" >/dev/null || { run userdel "$ACCOUNT" && say "removed  the user $ACCOUNT"; }
}
