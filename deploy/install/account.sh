# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# The user that runs it, who can log in nowhere, and its folders.

ACCOUNT=dashboard

folders() { # PATH MODE OWNER GROUP
    cat <<LIST
/etc/dashboard 0750 root $ACCOUNT
/etc/dashboard/keys 0750 root $ACCOUNT
/var/lib/dashboard 0750 $ACCOUNT $ACCOUNT
/var/lib/dashboard/access 0750 $ACCOUNT $ACCOUNT
/var/lib/dashboard/audit 0750 $ACCOUNT $ACCOUNT
/opt/dashboard 0755 root root
/opt/dashboard/releases 0755 root root
LIST
}

account_right() {
    local path mode owner group
    getent passwd "$ACCOUNT" >/dev/null || return
    while read -r path mode owner group; do
        [[ $(stat -c '%a %U %G' "$path" 2>/dev/null) == "${mode#0} $owner $group" ]] || return
    done < <(folders)
}

account_plan() {
    getent passwd "$ACCOUNT" >/dev/null || echo "useradd --system $ACCOUNT, without a shell"
    folders | awk '{ print "folder " $1 " " $2 " " $3 ":" $4 }'
}

account_do() {
    local path mode owner group
    if ! getent passwd "$ACCOUNT" >/dev/null; then
        run useradd --system --user-group --home-dir /var/lib/dashboard --no-create-home \
            --shell /usr/sbin/nologin --comment "Position Dashboard" "$ACCOUNT"
    fi
    [[ $(getent passwd "$ACCOUNT" | cut -d: -f7) == */nologin ]] ||
        die "there is a user $ACCOUNT already, who can log in" "rename that user: the dashboard's own must not have a shell"
    while read -r path mode owner group; do
        run install -d -m "$mode" -o "$owner" -g "$group" "$path"
    done < <(folders)
}
