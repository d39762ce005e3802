# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Saying, logging, and the frame of a step: check, do, check again.

LOG=/var/log/dashboard-install.log
CHANGES=0
STEP="the start" ADVICE=
LAST_OUTPUT=

say() { printf '%s\n' "$*"; log "$*"; }
log() { [[ ! -w ${LOG_TO:-} ]] || printf '%(%F %T)T %s\n' -1 "$*" >>"$LOG_TO"; }
warn() { say "  note: $*" >&2; }
dry() { [[ ${DRY:-} == yes ]]; }

start_log() { # ARGUMENT...: a dry run, and who may not write there, leave none
    LOG_TO=
    dry || [[ $EUID != 0 ]] || { touch "$LOG" && chmod 0640 "$LOG" && LOG_TO=$LOG; }
    log "install.sh $* (from $source)"
    trap 'stopped $? "$BASH_COMMAND"' ERR
    trap 'echo >&2; say "interrupted in: $STEP. Run it again to finish."; exit 130' INT TERM
}

# die WHY WHAT-TO-DO
die() {
    trap - ERR
    say "install.sh: $STEP: $1" >&2
    [[ -z ${2:-} ]] || say "  what to do: $2" >&2
    [[ -z $LOG_TO ]] || say "  the whole story: $LOG; then run it again: it goes on where it stopped" >&2
    exit 1
}

stopped() { # CODE COMMAND: something failed that nobody had foreseen
    die "this failed with exit code $1: $2" "${ADVICE:-read the lines above}"
}

# run COMMAND...: its output goes into the log, and onto the screen if it fails
run() {
    local code=0
    log "+ $*"
    LAST_OUTPUT=$("$@" 2>&1 </dev/null) || code=$?
    [[ -z $LAST_OUTPUT ]] || log "$LAST_OUTPUT"
    ((code == 0)) && return
    tail -n 15 <<<"$LAST_OUTPUT" | sed 's/^/    | /' >&2
    die "'$*' failed with exit code $code" "${ADVICE:-see the lines above}"
}

# step NAME WHAT: NAME_right says whether it is as it should be, NAME_do makes it so, NAME_plan says what that would be
step() {
    local name=$1 since=$SECONDS
    STEP=$2 ADVICE=
    if "${name}_right"; then
        say "right    $STEP"
        return
    fi
    if dry; then
        say "would do $STEP"
        "${name}_plan" | sed 's/^/           /'
        return
    fi
    say "doing    $STEP"
    "${name}_do"
    "${name}_right" || die "done, but it is not as it should be" "${ADVICE:-run it again; if it stays, read $LOG}"
    CHANGES=$((CHANGES + 1))
    say "done     $STEP ($((SECONDS - since)) s)"
}
