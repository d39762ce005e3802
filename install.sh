#!/usr/bin/env bash
# Installs the Position Dashboard on this machine, or upgrades it, or takes it away again.
#
# usage: sudo ./install.sh --domain NAME [--email ADDRESS] [option...]
#        sudo ./install.sh                 again, with what was chosen before: upgrades what is older
#        sudo ./install.sh --uninstall [--purge]
#
#   --domain NAME       the name under which browsers reach the page; for inside use its IPv4 address, too
#   --email ADDRESS     where the certificate's authority may write to
#   --self-signed       a certificate of our own making, for inside use
#   --no-tls            no certificate, plain HTTP, for inside use
#   --certbot           a certificate by certbot: the default, and the way back from the two above
#   --acme-server URL   another authority than Let's Encrypt
#   --demo              the embedded demo exchange: to try it, without keys
#   --live              the real exchange again, after --demo
#   --single            one process, without Redis
#   --several           one feed and several web workers, with Redis: the default
#   --dry-run           only say what would be done
#   --uninstall         stop and remove it; configuration and state are kept
#   --purge             with --uninstall: remove those too, and the user
#   --help              this text
#
# It may be run again at any time: it changes nothing that is right, finishes what was interrupted, and keeps
# configuration and state. What it did stands in /var/log/dashboard-install.log.
# For Debian 12 and newer, and Ubuntu 24.04.

set -Eeuo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
umask 022
source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for part in say options files preflight packages account release settings redis units nginx certificate running \
    finish uninstall; do
    # shellcheck source=/dev/null
    . "$source/deploy/install/$part.sh"
done

main() {
    options "$@"
    start_log "$@"
    if [[ $ACTION == uninstall ]]; then
        uninstall
        return
    fi
    preflight
    step packages "Debian's packages"
    step account "the user and its folders"
    step choices "what was chosen, kept for the next run"
    step release "the program"
    step settings "the settings"
    [[ $PROCESSES == single ]] || step redis "a Redis of its own"
    step units "systemd's units"
    step certificate "the certificate"
    step site "nginx's site"
    step running "all of it running"
    step renewal "the renewal of the certificate"
    step tidy "older releases and what is not needed any more"
    finish
}

main "$@"
