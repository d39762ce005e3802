# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Removes what was installed. Debian packages stay: other programs may use them.

uninstall() {
    STEP="uninstall"
    [[ $EUID == 0 ]] || is_dry_run || die "root is required" "sudo ./install.sh --uninstall"
    local path
    if is_dry_run; then
        info "would stop and remove:"
        for path in $(all_units) "$REDIS_UNIT" $(installed_paths) $([[ -z $PURGE ]] || state_paths); do info "  $path"; done
        return
    fi
    acquire_lock
    stop_units
    for path in $(installed_paths); do remove "$path"; done
    restore_connections
    run systemctl daemon-reload
    ! systemctl is-active --quiet nginx || reload_nginx
    if [[ $PURGE ]]; then purge; else info "kept: /etc/dashboard, $STATE and the certificate (--purge removes them)"; fi
    info "uninstalled; nginx, redis-server, certbot and python3-venv stay installed"
    [[ -z $PURGE ]] || { rm -f "$LOG" && ACTIVE_LOG=; }
}

stop_units() {
    local unit
    for unit in $(all_units | grep socket) $(all_units | grep service) "$REDIS_UNIT"; do
        ! systemctl cat "$unit" >/dev/null 2>&1 || run systemctl disable --quiet --now "$unit"
        systemctl reset-failed "$unit" 2>/dev/null || true
    done
}

installed_paths() { # everything except state and configuration
    all_units | sed "s,^,$UNITS/,"
    nginx_files | cut -d' ' -f1
    echo "$NGINX/sites-enabled/dashboard $REDIS_CONF $OLD_REDIS_CONF ${REDIS_DROPIN%/*} /opt/dashboard /run/dashboard $CHALLENGE_DIR $LOCK"
    printf '/usr/local/bin/%s\n' "${COMMANDS[@]}"
}
state_paths() {
    nginx_files | sed 's/ .*/.old/'
    all_units | sed "s,.*,$UNITS/&.old,"
    echo "$OLD_REDIS_CONF.old /etc/dashboard $STATE"
}

remove() { # PATH: GNU rm follows no link, not even one that a service puts into its own folder just then
    [[ -e $1 || -L $1 ]] || return 0
    run rm -rf "$1"
    info "removed  $1"
}

end_processes() { # of the services' user outside the units: they could write into what is being removed
    local try ids
    for try in {1..20}; do
        ids=$(find /proc -maxdepth 1 -name '[0-9]*' -user "$ACCOUNT" -printf '%f ' 2>/dev/null) || true
        [[ $ids ]] || return 0
        # shellcheck disable=SC2086 # several
        kill -KILL $ids 2>/dev/null || true
        sleep 0.1
    done
}

purge() {
    local path
    if [[ -n $DOMAIN && -e /etc/letsencrypt/renewal/$(lineage).conf ]]; then
        run certbot delete --non-interactive --cert-name "$(lineage)"
        info "removed  the certificate of $DOMAIN"
    fi
    end_processes
    for path in $(state_paths); do remove "$path"; done
    run find /var/log/nginx -maxdepth 1 -name 'dashboard.*' -delete
    ! getent passwd "$ACCOUNT" >/dev/null || { run userdel "$ACCOUNT" && info "removed  the user $ACCOUNT"; }
}
