# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# What was asked for: flags, and what an earlier run has kept of its own.

CHOICES=/etc/dashboard/install.conf
ACTION=install
# What CHOICES keeps:
DOMAIN='' EMAIL='' TLS=certbot ACME_SERVER='' MODE=live PROCESSES=several

usage() { # REASON
    echo "install.sh: $1 (see --help)" >&2
    exit 2
}

options() { # ARGUMENT...
    recall
    local purge='' word
    while (($#)); do
        word=$1
        case $word in
        --domain | --email | --acme-server)
            [[ -n ${2:-} && ${2:-} != -* ]] || usage "$word needs a value"
            keep "$word" "$2"
            shift
            ;;
        --domain=* | --email=* | --acme-server=*) keep "${word%%=*}" "${word#*=}" ;;
        --self-signed) TLS=self-signed ;;
        --no-tls) TLS=none ;;
        --certbot) TLS=certbot ;;
        --demo) MODE=demo ;;
        --live) MODE=live ;;
        --single) PROCESSES=single ;;
        --several) PROCESSES=several ;;
        --dry-run) DRY=yes ;;
        --uninstall) ACTION=uninstall ;;
        --purge) purge=yes ;;
        --help | -h) help ;;
        *) usage "no such option: $word" ;;
        esac
        shift
    done
    [[ -z $purge || $ACTION == uninstall ]] || usage "--purge goes with --uninstall"
    PURGE=$purge
    [[ $ACTION == uninstall ]] || complete
}

help() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$source/install.sh"
    exit 0
}

keep() { # FLAG VALUE
    case $1 in
    --domain) DOMAIN=${2,,} ;;
    --email) EMAIL=$2 ;;
    --acme-server) ACME_SERVER=$2 TLS=certbot ;;
    esac
}

complete() {
    [[ $DOMAIN ]] || ask DOMAIN "The name under which browsers reach the page"
    [[ $DOMAIN ]] || usage "--domain is missing: the name under which browsers reach the page"
    [[ $DOMAIN =~ ^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
        usage "--domain '$DOMAIN' is neither a host name like trade.example.org nor an IPv4 address"
    ! is_address || address_fits
    [[ -z $EMAIL || $EMAIL =~ ^[^[:space:]@\"\'\\]+@[^[:space:]@\"\'\\]+$ ]] || usage "--email '$EMAIL' is not like me@example.org"
    [[ -z $ACME_SERVER || $ACME_SERVER =~ ^https://[^[:space:]\"\'\\]+$ ]] ||
        usage "--acme-server '$ACME_SERVER' is not like https://acme.example.org/directory"
    [[ $TLS != certbot || -n $EMAIL ]] || ask EMAIL "Where the certificate's authority may write to (may be empty)"
}

# As browsers see it: what ends in a number is an address, or nothing at all.
is_address() { [[ $DOMAIN =~ (^|\.)[0-9]+$ ]]; }
address_fits() {
    local byte='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
    [[ $DOMAIN =~ ^($byte\.){3}$byte$ ]] || usage "--domain '$DOMAIN' is no IPv4 address like 10.0.0.1"
    [[ $TLS != certbot ]] || usage "--domain $DOMAIN: certbot certifies names, no addresses: give a name, or add --self-signed or --no-tls"
}

ask() { # VARIABLE QUESTION: only where somebody can answer
    [[ -t 0 && -t 1 ]] || return 0
    read -rp "$2: " "$1"
}

recall() {
    [[ -r $CHOICES ]] || return 0
    local name value
    while IFS='=' read -r name value; do
        case $name in
        DOMAIN | EMAIL | TLS | ACME_SERVER | MODE | PROCESSES) printf -v "$name" %s "$value" ;;
        esac
    done <"$CHOICES"
}

# The step that keeps them.
choices_text() {
    echo "# What install.sh was told, for its next run."
    local name
    for name in DOMAIN EMAIL TLS ACME_SERVER MODE PROCESSES; do echo "$name=${!name}"; done
}
choices_right() { same_text "$CHOICES" "$(choices_text)"; }
choices_plan() { echo "write $CHOICES"; }
choices_do() { put_text "$CHOICES" "$(choices_text)" 0644; }
