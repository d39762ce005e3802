# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# The service users cannot lead root elsewhere: neither the installer nor systemd follows what they have planted.

ROOTS=$KEPT/roots # a folder of root's, to which all planted links point
STATE=/var/lib/dashboard
OLD_REDIS_CONF=/etc/redis/redis-dashboard.conf
ATTACKERS=(dashboard redis www-data nobody)

links() {
    section "planted links"
    mkdir -p "$ROOTS/folder"
    echo "root's" | tee "$ROOTS/file" >"$ROOTS/folder/file"
    chmod 0600 "$ROOTS/file"
    roots_state >"$KEPT/roots-before"
    dashboard-admin list-keys >"$KEPT/keys"
    check "no path that root writes can be replaced by ${ATTACKERS[*]}" roots_paths_hold
    check "a lock that others hold, or a link in its place, stops no installation" foreign_lock
    check "modules in the working folder are not imported" foreign_modules
    check "commands have no access to the caller's terminal" terminals
    systemctl stop dashboard-web.socket dashboard-web dashboard-feed
    local path kind
    for kind in folder-link file-link dangling-link hard-link pipe; do
        for path in "$STATE"/{access,audit,positions,positions.json,positions.lock}; do
            check "$kind at $path" planted dashboard "$kind" "$path"
        done
        check "$kind at $OLD_REDIS_CONF" planted redis "$kind" "$OLD_REDIS_CONF"
    done
    check "installed again" "$checkout/install.sh"
    check "live again, with its state" recovered
}

roots_state() {
    find "$ROOTS" -printf '%p %U:%G %m %n %y %l\n' | sort
    cat "$ROOTS/file" "$ROOTS/folder/file"
}
roots_untouched() { diff "$KEPT/roots-before" <(roots_state); }

as() { setpriv --reuid="$1" --regid="$(id -g "$1")" --init-groups -- "${@:2}"; } # USER COMMAND...

# Every path that a step of the installer writes, and every folder that systemd makes for the services.
roots_paths() (
    # shellcheck disable=SC2030 # in this subshell only
    source=$checkout
    for part in "$checkout"/deploy/install/*.sh; do
        # shellcheck source=/dev/null
        . "$part"
    done
    load_saved_options
    directories | cut -d' ' -f1
    echo "$STATE"
    { installed_paths; state_paths; } | xargs -n 1 | grep -v "^$OLD_REDIS_CONF" # which is removed only
    nginx_managed_files
    printf '%s\n' "$LOG" "$SETTINGS" "$KEYS" "$SAVED_OPTIONS" "$REDIS_CONF" "$REDIS_DROPIN" "$TLS_DIR"/{key,cert}.pem \
        "$LOCK" "$CHALLENGE_DIR/.well-known/acme-challenge/token" "$CHECKSUM_DIR/any" "$FINGERPRINT_DIR/any" "$INSTALL_DIR"/{current,previous}
    sed -nE 's,^StateDirectory=,,p' /etc/systemd/system/dashboard*.service | xargs -n 1 | sed 's,^,/var/lib/,'
    sed -nE 's,^RuntimeDirectory=,,p' /etc/systemd/system/dashboard*.service | xargs -n 1 | sed 's,^,/run/,'
    find /etc /opt /usr/local -xdev -user root -ipath '*dashboard*' ! -path '/opt/dashboard/releases/*/*'
)

# Tries, as the caller, to replace each path of standard input and the files that writing it makes; prints what worked.
# shellcheck disable=SC2016 # expanded by the shell of the other user
ATTEMPTS='tried=0
while IFS= read -r path; do
    for name in "$path.new" "$path.old" "$path"; do
        tried=$((tried + 2))
        ! { mv -T "$name" "$name.moved" && mv -T "$name.moved" "$name"; } || echo "renamed $name"
        [ -e "$name" ] || ! ln -s "$0" "$name" || { echo "linked $name"; rm "$name"; }
    done
    folder=${path%/*}
    while [ "$folder" ]; do
        tried=$((tried + 1))
        ! { mv -T "$folder" "$folder.moved" && mv -T "$folder.moved" "$folder"; } || echo "renamed $folder"
        folder=${folder%/*}
    done
done
echo "tried $tried"'

roots_paths_hold() {
    local user
    roots_paths | sort -u >"$KEPT/paths"
    for user in "${ATTACKERS[@]}"; do
        as "$user" sh -c "$ATTEMPTS" "$ROOTS/folder" <"$KEPT/paths" 2>/dev/null | sed "s/^/$user /"
    done >"$KEPT/attempts"
    lacks "$(<"$KEPT/attempts")" ' (renamed|linked) '
    roots_untouched
    echo "$(wc -l <"$KEPT/paths") paths, $(awk '/ tried / { sum += $3 } END { print sum }' "$KEPT/attempts") attempts"
}

foreign_lock() {
    local lock=/run/lock/dashboard-install.lock kind holder
    rm -rf "$lock"
    as nobody sh -c "exec 8>$lock && flock 8 && exec sleep 30" >/dev/null 2>&1 &
    holder=$!
    within 5 sh -c "[ -e $lock ] && ! flock -n $lock true"
    "$checkout/install.sh" | tail -n 1
    kill "$holder"
    for kind in folder-link file-link dangling-link pipe; do
        rm -rf "$lock"
        plant nobody "$kind" "$lock"
        timeout 60 "$checkout/install.sh" | tail -n 1
    done
    rm -rf "$lock"
    roots_untouched
    echo "5 kinds"
}

foreign_modules() { # the service user owns the folder in which an administrator may stand
    local folder=$STATE/audit module
    for module in venv pip sysconfig encodings site json; do
        as dashboard sh -c "echo 'import os; os.getuid() or open(\"/root/imported\", \"a\").write(__name__)' >$folder/$module.py"
    done
    other_checkout
    (cd "$folder" && "$OTHER/install.sh" && "$checkout/install.sh") || true
    rm "$folder"/*.py
    same "$(cat /root/imported 2>/dev/null)" ""
    "$checkout/install.sh" | tail -n 1
}

# A command that the service user controls could keep the caller's terminal: read what is typed later, or type itself.
terminals() {
    local program=/opt/dashboard/current/venv/bin/dashboard-audit command count=0
    cp -a "$program" "$program.kept"
    cat >"$program" <<'PROBE'
#!/bin/sh
opened=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2; ps -o tty= -p $$)
echo "$opened" >/var/lib/dashboard/audit/probe
exit 3
PROBE
    for command in COMMAND 'COMMAND >/dev/null' 'COMMAND 2>/dev/null' 'COMMAND </dev/null' 'true | COMMAND' 'COMMAND | cat' \
        'COMMAND </dev/null >/dev/null' 'COMMAND </dev/null 2>/dev/null' 'COMMAND >/dev/null 2>&1'; do
        terminal_hidden "${command/COMMAND/dashboard-audit verify}" || { mv "$program.kept" "$program"; return 1; }
        count=$((count + 1))
    done
    mv "$program.kept" "$program"
    echo "$count redirections"
}

terminal_hidden() { # COMMAND
    local code=0 terminal
    script -qec "tty >$KEPT/tty; $1" /dev/null </dev/null >/dev/null || code=$?
    [[ $1 == *cat ]] || same "$code" 3 || return
    terminal=$(<"$KEPT/tty")
    lacks "$(<"$STATE/audit/probe")" "${terminal#/dev/} *\$" && rm "$STATE/audit/probe"
}

planted() { # USER KIND PATH: repaired or refused in one line, and nothing of root's is touched
    local user=$1 kind=$2 path=$3 output code=0
    chown dashboard: "$STATE" # as older versions left it
    ! as "$user" test -e "$path" || as "$user" mv -T "$path" "$path.kept"
    plant "$user" "$kind" "$path" || { restore "$path" && [[ $kind == hard-link ]] && echo "refused by the kernel"; return; }
    output=$(timeout 120 "$checkout/install.sh" 2>&1) || code=$?
    restore "$path"
    roots_untouched
    ((code == 0)) || same "$(grep -c "^install.sh: .*$path" <<<"$output")" 1
    same "$(stat -c %U "$STATE")" root
    if ((code == 0)); then echo repaired; else grep "^install.sh: " <<<"$output"; fi
}
restore() { # PATH
    rm -rf "$1"
    [[ ! -e $1.kept ]] || mv -T "$1.kept" "$1"
}

plant() { # USER KIND PATH
    case $2 in
    folder-link) as "$1" ln -s "$ROOTS/folder" "$3" ;;
    file-link) as "$1" ln -s "$ROOTS/file" "$3" ;;
    dangling-link) as "$1" ln -s "$ROOTS/absent" "$3" ;;
    hard-link) as "$1" ln "$ROOTS/folder/file" "$3" ;;
    pipe) as "$1" mkfifo "$3" ;;
    esac
}

recovered() {
    within 30 whole
    state_kept
}

# Swaps a folder and a link to root's all the time, until one of them is gone.
SWAPPER='
import ctypes, os, sys
os.chdir("/var/lib/dashboard/audit")
os.mkdir("swapped")
for number in range(3000):
    open(f"swapped/{number}", "w").close()
os.symlink(sys.argv[1], "link")
while ctypes.CDLL(None).renameat2(-100, b"swapped", -100, b"link", 2) == 0:
    pass
os._exit(0)'

purged_while_swapped() {
    as dashboard python3 -c "$SWAPPER" "$ROOTS/folder" >/dev/null 2>&1 &
    within 30 test -h "$STATE/audit/swapped"
    "$checkout/install.sh" --uninstall --purge
    roots_untouched
}
