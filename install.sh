#!/usr/bin/env bash
# Installs, upgrades or removes the Position Dashboard on this machine.
#
# usage: sudo ./install.sh --domain NAME [--email ADDRESS] [option...]
#        sudo ./install.sh                 again, with the saved options: upgrades
#        sudo ./install.sh --uninstall [--purge]
#
#   --domain NAME       host name of the page; on an internal network also its IPv4 address
#   --email ADDRESS     contact for the certificate authority
#   --self-signed       a self-signed certificate, for internal networks
#   --no-tls            plain HTTP, for internal networks
#   --certbot           a certificate from certbot (default)
#   --acme-server URL   an authority other than Let's Encrypt
#   --demo              the embedded demo exchange, without keys
#   --live              the real exchange (default)
#   --single            one process, without Redis
#   --several           one feed and several web workers, with Redis (default)
#   --dry-run           print what would change, and change nothing
#   --uninstall         stop and remove it; keep configuration and state
#   --purge             with --uninstall: also remove configuration, state and user
#   --help              this text
#
# Safe to run again at any time: it changes only what differs, finishes an interrupted run, and keeps
# configuration and state. Log: /var/log/dashboard-install.log.
# For Debian 12 and newer, and Ubuntu 24.04.

set -Eeuo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
unset "${!PYTHON@}" # sudo -E or a root shell may have kept paths to others' modules
umask 022
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in output options templates preflight packages account release settings signing redis units state nginx \
    certificate services finish uninstall; do
    # shellcheck source=/dev/null
    . "$source/deploy/install/$part.sh"
done
cd / # Python imports from the working folder first, and others may be able to write to the caller's

main() {
    parse_options "$@"
    start_log "$@"
    if [[ $ACTION == uninstall ]]; then
        uninstall
        return
    fi
    preflight
    step packages "Debian packages"
    step account "system user and directories"
    step saved_options "saved options"
    step release "program"
    step settings "settings"
    step signing "key of the audit trail"
    [[ $PROCESSES == single ]] || step redis "dedicated Redis"
    step units "systemd units"
    step certificate "certificate"
    step site "nginx site"
    step state "state folder"
    step services "running services"
    step renewal "certificate renewal"
    step prune "old releases"
    finish
}

main "$@"
