# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The nginx site. Other sites are left as they are.

NGINX=/etc/nginx
SITE=$NGINX/sites-available/dashboard

nginx_files() { # FILE TEMPLATE
    cat <<LIST
$NGINX/snippets/dashboard-headers.conf nginx/headers.conf
$NGINX/snippets/dashboard-proxy.conf nginx/proxy.conf
$NGINX/snippets/dashboard-acme.conf nginx/acme.conf
$NGINX/conf.d/dashboard.conf nginx/conf.d.conf
$NGINX/modules-enabled/90-dashboard.conf nginx/main.conf
$SITE nginx/site.conf
LIST
}

site_is_current() {
    local file template
    while read -r file template; do file_is_current "$file" "$template" || return; done < <(nginx_files)
    [[ -e $NGINX/sites-enabled/dashboard ]] && ! has_default_connections
}
site_plan() {
    nginx_files | cut -d' ' -f1
    echo "$NGINX/nginx.conf: 4096 connections per worker instead of Debian's 768"
}

site_apply() {
    local file template backup
    backup=$(backup_nginx)
    while read -r file template; do install_template "$file" "$template" 0644; done < <(nginx_files)
    ln -sfn ../sites-available/dashboard "$NGINX/sites-enabled/dashboard"
    raise_connections
    test_nginx_or_restore "$backup"
}

nginx_managed_files() { nginx_files | cut -d' ' -f1; echo "$NGINX/sites-enabled/dashboard"; echo "$NGINX/nginx.conf"; }
backup_nginx() { # copies the files that install.sh may change, and prints the copies' folder
    local folder file
    folder=$(mktemp -d)
    for file in $(nginx_managed_files); do
        [[ -e $file || -L $file ]] || continue
        mkdir -p "$folder${file%/*}"
        cp -a "$file" "$folder$file"
    done
    echo "$folder"
}

test_nginx_or_restore() { # FOLDER of backup_nginx: restored if nginx rejects the new configuration
    local errors='' file
    errors=$(nginx -t 2>&1) || {
        for file in $(nginx_managed_files); do
            rm -f "$file"
            [[ ! -e $1$file && ! -L $1$file ]] || cp -a "$1$file" "$file"
        done
        rm -rf "$1"
        die "nginx rejects the new configuration, the old one was restored: $(grep -m1 emerg <<<"$errors")" \
            "correct the file that it names; for another site's file, nginx -t fails without the dashboard, too"
    }
    rm -rf "$1"
}

check_server_name() {
    local other
    other=$(grep -lsE "^\s*server_name\s([^#;]*\s)?${DOMAIN//./\\.}[ ;]" "$NGINX"/sites-enabled/* "$NGINX"/conf.d/*.conf |
        grep -v '/dashboard$' | head -n 1) || true
    [[ -z $other ]] || die "$other already serves $DOMAIN" "choose another --domain, or remove that site"
}

# 500 browsers need a thousand connections; Debian's limit is 768 per worker.
has_default_connections() { grep -qE '^\s*worker_connections 768;' "$NGINX/nginx.conf"; }
raise_connections() {
    ! has_default_connections || run sed -i -E 's/^(\s*)worker_connections 768;/\1worker_connections 4096; # dashboard: was 768/' "$NGINX/nginx.conf"
}
restore_connections() {
    [[ ! -e $NGINX/nginx.conf ]] ||
        run sed -i 's/worker_connections 4096; # dashboard: was 768/worker_connections 768;/' "$NGINX/nginx.conf"
}

# Answers the authority's challenges before there is a certificate. An existing site does that already.
serve_challenges() {
    [[ ! -e $SITE || ! -e $NGINX/sites-enabled/dashboard ]] || ! grep -q "server_name $DOMAIN;" "$SITE" || return 0
    local file template backup
    backup=$(backup_nginx)
    while read -r file template; do
        [[ $file == "$SITE" ]] || install_template "$file" "$template" 0644
    done < <(nginx_files)
    write_file "$SITE" "$(render nginx/site.conf | sed '1,/^}/!d')" 0644
    ln -sfn ../sites-available/dashboard "$NGINX/sites-enabled/dashboard"
    test_nginx_or_restore "$backup"
    reload_nginx
}

reload_nginx() { # keeps connections if nginx is running
    if systemctl is-active --quiet nginx; then run systemctl reload nginx; else run_with_journal nginx systemctl restart nginx; fi
}
