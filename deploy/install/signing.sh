# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The key that signs the audit trail. Made once and never replaced here: what it has signed is verified with it. systemd
# passes it to the process that reads the exchange (LoadCredential= in the units); no service user can read the file.

SIGNING_KEY=/etc/dashboard/signing/audit.key

signing_is_current() {
    [[ $(stat -c '%a %U %G' "$SIGNING_KEY" 2>/dev/null) == "600 root root" ]] &&
        [[ $(stat -c '%a %U %G' "$SIGNING_KEY.pub" 2>/dev/null) == "644 root root" ]]
}
signing_plan() { echo "$SIGNING_KEY 0600 root:root, with its public half in $SIGNING_KEY.pub; an existing one is kept"; }

signing_apply() {
    ADVICE="restore $SIGNING_KEY and its .pub from a backup; without one move them away, and keep them"
    [[ -e $SIGNING_KEY ]] || run env -C / DASHBOARD_ENV_FILE="$SETTINGS" \
        "$INSTALL_DIR/current/venv/bin/dashboard-audit" create-key "$SIGNING_KEY"
    run chown root:root "$SIGNING_KEY" "$SIGNING_KEY.pub"
    run chmod 0600 "$SIGNING_KEY"
    run chmod 0644 "$SIGNING_KEY.pub"
}
