# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# nginx's part: a site of its own beside whatever else is there.

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

site_right() {
    local file template
    while read -r file template; do right_file "$file" "$template" || return; done < <(nginx_files)
    [[ -e $NGINX/sites-enabled/dashboard ]] && ! few_connections
}
site_plan() {
    nginx_files | cut -d' ' -f1
    echo "$NGINX/nginx.conf: 4096 connections a worker instead of Debian's 768"
}

site_do() {
    local file template kept
    kept=$(nginx_kept)
    while read -r file template; do put_file "$file" "$template" 0644; done < <(nginx_files)
    ln -sfn ../sites-available/dashboard "$NGINX/sites-enabled/dashboard"
    more_connections
    try_nginx "$kept"
}

nginx_touched() { nginx_files | cut -d' ' -f1; echo "$NGINX/sites-enabled/dashboard"; echo "$NGINX/nginx.conf"; }
nginx_kept() { # prints a folder with copies of what we may change
    local folder file
    folder=$(mktemp -d)
    for file in $(nginx_touched); do
        [[ -e $file || -L $file ]] || continue
        mkdir -p "$folder${file%/*}"
        cp -a "$file" "$folder$file"
    done
    echo "$folder"
}

try_nginx() { # FOLDER from nginx_kept: taken back if nginx refuses the new configuration
    local refusal='' file
    refusal=$(nginx -t 2>&1) || {
        for file in $(nginx_touched); do
            rm -f "$file"
            [[ ! -e $1$file && ! -L $1$file ]] || cp -a "$1$file" "$file"
        done
        rm -rf "$1"
        die "nginx refuses its configuration, which was put back: $(grep -m1 emerg <<<"$refusal")" \
            "mend what it names; if that is another site's, nginx -t says the same without us"
    }
    rm -rf "$1"
}

free_name() {
    local who
    who=$(grep -lsE "^\s*server_name\s([^#;]*\s)?${DOMAIN//./\\.}[ ;]" "$NGINX"/sites-enabled/* "$NGINX"/conf.d/*.conf |
        grep -v '/dashboard$' | head -n 1) || true
    [[ -z $who ]] || die "$who serves $DOMAIN already" "give the dashboard a name of its own, or remove that site"
}

# 500 browsers are a thousand connections, and Debian's nginx takes 768 for each processor.
few_connections() { grep -qE '^\s*worker_connections 768;' "$NGINX/nginx.conf"; }
more_connections() {
    ! few_connections || run sed -i -E 's/^(\s*)worker_connections 768;/\1worker_connections 4096; # dashboard: was 768/' "$NGINX/nginx.conf"
}
fewer_connections() {
    [[ ! -e $NGINX/nginx.conf ]] ||
        run sed -i 's/worker_connections 4096; # dashboard: was 768/worker_connections 768;/' "$NGINX/nginx.conf"
}

# What the authority asks for before there is a certificate. Where there is a site already, it answers that, too.
site_for_authority() {
    [[ ! -e $SITE || ! -e $NGINX/sites-enabled/dashboard ]] || ! grep -q "server_name $DOMAIN;" "$SITE" || return 0
    local kept
    kept=$(nginx_kept)
    put_file "$NGINX/snippets/dashboard-acme.conf" nginx/acme.conf 0644
    put_text "$SITE" "$(render nginx/site.conf | sed '1,/^}/!d')" 0644
    ln -sfn ../sites-available/dashboard "$NGINX/sites-enabled/dashboard"
    try_nginx "$kept"
    nginx_again
}

nginx_again() { # without dropping a connection, where it runs
    if systemctl is-active --quiet nginx; then run systemctl reload nginx; else journal_on_failure nginx systemctl restart nginx; fi
}
