# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The state folder. It is root's: a service that could write to it could put a link in the place of one of its folders,
# which systemd makes as root and hands to the services (StateDirectory= in the units).

STATE=/var/lib/dashboard
OLD_POSITIONS=$STATE/positions.json # of versions in which the state folder was the services'

state_is_current() {
    [[ $(stat -c '%a %U %G' "$STATE" 2>/dev/null) == "750 root $ACCOUNT" && -z $(no_folders) ]] &&
        [[ ! -e $OLD_POSITIONS && ! -L $OLD_POSITIONS ]]
}
state_plan() { echo "$STATE 0750 root:$ACCOUNT"; }

# Follows the units, since those of older versions give the folder back to the services.
state_apply() {
    run install -d -m 0750 -o root -g "$ACCOUNT" "$STATE" # from here on only root can change its entries
    local found
    found=$(no_folders)
    [[ -z $found ]] || die "$found is no folder, and was not made by the dashboard" \
        "someone may have run a program as the user $ACCOUNT: look at it (ls -l $STATE), remove it, run install.sh again"
    move_positions
}

no_folders() { # entries that systemd would follow or take over
    local name
    for name in access audit positions; do
        [[ (! -e $STATE/$name && ! -L $STATE/$name) || (-d $STATE/$name && ! -L $STATE/$name) ]] || echo "$STATE/$name"
    done | xargs
}

move_positions() {
    rm -f "$STATE/positions.lock"
    if [[ -f $OLD_POSITIONS && ! -L $OLD_POSITIONS ]]; then
        run install -d -m 0750 -o "$ACCOUNT" -g "$ACCOUNT" "$STATE/positions"
        run mv -T "$OLD_POSITIONS" "$STATE/positions/positions.json" # a rename: follows no link
    else
        run rm -rf "$OLD_POSITIONS"
    fi
}
