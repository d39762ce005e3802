# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The final check, through nginx and by name as a browser would; then the next steps.

finish() {
    STEP="page through nginx" ADVICE=
    is_dry_run && { info "dry run: nothing was changed" && return; }
    local answer
    answer=$(page_status) || die "$(page_url) answers ${answer:-nothing}" \
        "see journalctl -u 'dashboard*' -n 50 and /var/log/nginx/dashboard.error.log"
    info "ok       $STEP: $(page_url) answers $answer"
    if ((CHANGES == 0)); then
        info "nothing to change"
        return
    fi
    print_next_steps
}

page_url() { if [[ $TLS == none ]]; then echo "http://$DOMAIN/"; else echo "https://$DOMAIN/"; fi; }

page_status() { # prints the HTTP status; the login page counts as success
    local response='' code='' port=443 until=$((SECONDS + 40)) trust=()
    [[ $TLS != none ]] || port=80
    case $TLS in
    self-signed) trust=(--cacert "$TLS_DIR/cert.pem") ;;
    certbot) trust=(--cacert "/etc/letsencrypt/live/$(lineage)/chain.pem") ;; # a private authority may be unknown here
    esac
    while ((SECONDS < until)); do
        response=$(curl -s --noproxy '*' -w '\n%{http_code}' --max-time 10 --resolve "$DOMAIN:$port:127.0.0.1" "${trust[@]}" "$(page_url)") || true
        code=${response##*$'\n'}
        case $response in
        *$'\n'200 | *$'\n'303 | *$'\n'401) echo "$code" && return ;;
        *"no password is set"*$'\n'503) echo "that a password must be set first" && return ;;
        esac
        sleep 0.3
    done
    echo "$code"
    return 1
}

print_next_steps() {
    info ""
    info "The dashboard is at $(page_url)"
    [[ $TLS != self-signed ]] || info "  its certificate is self-signed: import $TLS_DIR/cert.pem into browsers; valid until $(openssl x509 -in "$TLS_DIR/cert.pem" -noout -enddate | cut -d= -f2)"
    info "  password      sudo dashboard-admin set-password     (all requests are refused until then)"
    info "  API keys      sudo dashboard-admin create-key NAME"
    if [[ $MODE == demo ]]; then
        info "  this is the demo: sudo ./install.sh --live for the real exchange"
    else
        info "  exchange      sudo editor $KEYS && sudo systemctl $(value_RELOAD)"
    fi
    info "  audit trail   sudo dashboard-audit verify           (keep a copy of $SIGNING_KEY.pub elsewhere)"
    info "  settings      sudo editor $SETTINGS && sudo systemctl $(value_APPLY)"
    info "  logs          journalctl -u 'dashboard*' -f"
    info "  upgrade       git pull && sudo ./install.sh         remove: sudo ./install.sh --uninstall"
}
