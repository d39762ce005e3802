# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The options: flags, and those saved by an earlier run.

SAVED_OPTIONS=/etc/dashboard/install.conf
ACTION=install
# The options that are saved:
DOMAIN='' EMAIL='' TLS=certbot ACME_SERVER='' MODE=live PROCESSES=several

usage_error() { # REASON
    echo "install.sh: $1 (see --help)" >&2
    exit 2
}

parse_options() { # ARGUMENT...
    load_saved_options
    local purge='' word
    while (($#)); do
        word=$1
        case $word in
        --domain | --email | --acme-server)
            [[ -n ${2:-} && ${2:-} != -* ]] || usage_error "$word needs a value"
            set_option "$word" "$2"
            shift
            ;;
        --domain=* | --email=* | --acme-server=*) set_option "${word%%=*}" "${word#*=}" ;;
        --self-signed) TLS=self-signed ;;
        --no-tls) TLS=none ;;
        --certbot) TLS=certbot ;;
        --demo) MODE=demo ;;
        --live) MODE=live ;;
        --single) PROCESSES=single ;;
        --several) PROCESSES=several ;;
        --dry-run) DRY_RUN=yes ;;
        --uninstall) ACTION=uninstall ;;
        --purge) purge=yes ;;
        --help | -h) show_help ;;
        *) usage_error "unknown option: $word" ;;
        esac
        shift
    done
    [[ -z $purge || $ACTION == uninstall ]] || usage_error "--purge requires --uninstall"
    PURGE=$purge
    [[ $ACTION == uninstall ]] || validate_options
}

show_help() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$source/install.sh"
    exit 0
}

set_option() { # FLAG VALUE
    case $1 in
    --domain) DOMAIN=${2,,} ;;
    --email) EMAIL=$2 ;;
    --acme-server) ACME_SERVER=$2 TLS=certbot ;;
    esac
}

validate_options() {
    [[ $DOMAIN ]] || prompt DOMAIN "Host name of the page"
    [[ $DOMAIN ]] || usage_error "--domain is missing: give the host name of the page"
    [[ $DOMAIN =~ ^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
        usage_error "--domain '$DOMAIN' is neither a host name like trade.example.org nor an IPv4 address"
    ! is_ip_address || check_address
    [[ -z $EMAIL || $EMAIL =~ ^[^[:space:]@\"\'\\]+@[^[:space:]@\"\'\\]+$ ]] || usage_error "--email '$EMAIL' is not an address like me@example.org"
    [[ -z $ACME_SERVER || $ACME_SERVER =~ ^https://[^[:space:]\"\'\\]+$ ]] ||
        usage_error "--acme-server '$ACME_SERVER' is not a URL like https://acme.example.org/directory"
    [[ $TLS != certbot || -n $EMAIL ]] || prompt EMAIL "E-mail address for the certificate authority (may be empty)"
}

# As browsers parse it: a host that ends in a number is an IPv4 address.
is_ip_address() { [[ $DOMAIN =~ (^|\.)[0-9]+$ ]]; }
check_address() {
    local byte='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
    [[ $DOMAIN =~ ^($byte\.){3}$byte$ ]] || usage_error "--domain '$DOMAIN' is not an IPv4 address like 10.0.0.1"
    [[ $TLS != certbot ]] || usage_error "--domain $DOMAIN: certbot certifies names only: give a name, or add --self-signed or --no-tls"
}

prompt() { # VARIABLE QUESTION: only on a terminal
    [[ -t 0 && -t 1 ]] || return 0
    read -rp "$2: " "$1"
}

load_saved_options() {
    [[ -r $SAVED_OPTIONS ]] || return 0
    local name value
    while IFS='=' read -r name value; do
        case $name in
        DOMAIN | EMAIL | TLS | ACME_SERVER | MODE | PROCESSES) printf -v "$name" %s "$value" ;;
        esac
    done <"$SAVED_OPTIONS"
}

# The step that saves them.
saved_options_text() {
    echo "# The options of install.sh, for its next run."
    local name
    for name in DOMAIN EMAIL TLS ACME_SERVER MODE PROCESSES; do echo "$name=${!name}"; done
}
saved_options_is_current() { has_content "$SAVED_OPTIONS" "$(saved_options_text)"; }
saved_options_plan() { echo "write $SAVED_OPTIONS"; }
saved_options_apply() { write_file "$SAVED_OPTIONS" "$(saved_options_text)" 0644; }
