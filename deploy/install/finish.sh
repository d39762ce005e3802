# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# The last check, through nginx and by name as a browser would; then what to do next.

finish() {
    STEP="the page through nginx" ADVICE=
    dry && { say "dry run: nothing was changed" && return; }
    local answer
    answer=$(page_answers) || die "$(address) answers ${answer:-nothing}" \
        "journalctl -u 'dashboard*' -n 50, and /var/log/nginx/dashboard.error.log"
    say "right    $STEP: $(address) answers $answer"
    if ((CHANGES == 0)); then
        say "nothing to change"
        return
    fi
    next
}

address() { if [[ $TLS == none ]]; then echo "http://$DOMAIN/"; else echo "https://$DOMAIN/"; fi; }

page_answers() { # prints the status; a login page is an answer, too
    local said='' code='' port=443 until=$((SECONDS + 40)) trust=()
    [[ $TLS != none ]] || port=80
    case $TLS in
    self-signed) trust=(--cacert "$OWN_TLS/cert.pem") ;;
    certbot) trust=(--cacert "/etc/letsencrypt/live/$(lineage)/chain.pem") ;; # a private authority may be unknown here
    esac
    while ((SECONDS < until)); do
        said=$(curl -s --noproxy '*' -w '\n%{http_code}' --max-time 10 --resolve "$DOMAIN:$port:127.0.0.1" "${trust[@]}" "$(address)") || true
        code=${said##*$'\n'}
        case $said in
        *$'\n'200 | *$'\n'303 | *$'\n'401) echo "$code" && return ;;
        *"no password is set"*$'\n'503) echo "that a password is to be set first" && return ;;
        esac
        sleep 0.3
    done
    echo "$code"
    return 1
}

next() {
    say ""
    say "The dashboard is at $(address)"
    [[ $TLS != self-signed ]] || say "  its certificate is of our own making: $OWN_TLS/cert.pem, for browsers to trust, until $(openssl x509 -in "$OWN_TLS/cert.pem" -noout -enddate | cut -d= -f2)"
    say "  password      sudo dashboard-admin set-password     (until then nobody is let in)"
    say "  API keys      sudo dashboard-admin create-key NAME"
    if [[ $MODE == demo ]]; then
        say "  this is the demo: sudo ./install.sh --live for the real exchange"
    else
        say "  exchange      sudo editor $KEYS && sudo systemctl $(value_RELOAD)"
    fi
    say "  settings      sudo editor $SETTINGS && sudo systemctl $([[ $PROCESSES == single ]] && echo restart || echo reload) $(value_UNITS)"
    say "  what it says  journalctl -u 'dashboard*' -f"
    say "  upgrade       git pull && sudo ./install.sh         remove: sudo ./install.sh --uninstall"
}
