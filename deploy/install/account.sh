# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The system user, without a shell, and the directories that only root writes. That of its state: see state.sh.

ACCOUNT=dashboard

directories() { # PATH MODE OWNER GROUP
    cat <<LIST
/etc/dashboard 0750 root $ACCOUNT
/etc/dashboard/keys 0750 root $ACCOUNT
/etc/dashboard/signing 0750 root $ACCOUNT
/opt/dashboard 0755 root root
/opt/dashboard/releases 0755 root root
LIST
}

account_is_current() {
    local path mode owner group
    getent passwd "$ACCOUNT" >/dev/null || return
    while read -r path mode owner group; do
        [[ $(stat -c '%a %U %G' "$path" 2>/dev/null) == "${mode#0} $owner $group" ]] || return
    done < <(directories)
}

account_plan() {
    getent passwd "$ACCOUNT" >/dev/null || echo "useradd --system $ACCOUNT, without a shell"
    directories | awk '{ print "directory " $1 " " $2 " " $3 ":" $4 }'
}

account_apply() {
    local path mode owner group
    if ! getent passwd "$ACCOUNT" >/dev/null; then
        run useradd --system --user-group --home-dir "$STATE" --no-create-home \
            --shell /usr/sbin/nologin --comment "Position Dashboard" "$ACCOUNT"
    fi
    [[ $(getent passwd "$ACCOUNT" | cut -d: -f7) == */nologin ]] ||
        die "the user $ACCOUNT exists and has a shell" "rename that user: the dashboard's must not have one"
    while read -r path mode owner group; do
        run install -d -m "$mode" -o "$owner" -g "$group" "$path"
    done < <(directories)
}
