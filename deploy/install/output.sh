# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# Messages, the log, and the frame of a step: check, apply, check again.

LOG=/var/log/dashboard-install.log
CHANGES=0
STEP="start" ADVICE=
LAST_OUTPUT=

info() { printf '%s\n' "$*"; log "$*"; }
log() { [[ ! -w ${ACTIVE_LOG:-} ]] || printf '%(%F %T)T %s\n' -1 "$*" >>"$ACTIVE_LOG"; }
warn() { info "  note: $*" >&2; }
is_dry_run() { [[ ${DRY_RUN:-} == yes ]]; }

start_log() { # ARGUMENT...: none for a dry run or without root
    ACTIVE_LOG=
    is_dry_run || [[ $EUID != 0 ]] || { touch "$LOG" && chmod 0640 "$LOG" && ACTIVE_LOG=$LOG; }
    log "install.sh $* (from $source)"
    trap 'on_error $? "$BASH_COMMAND"' ERR
    trap 'echo >&2; info "interrupted in: $STEP. Run install.sh again to finish."; exit 130' INT TERM
}

# die REASON NEXT-STEP
die() {
    trap - ERR
    info "install.sh: $STEP: $1" >&2
    [[ -z ${2:-} ]] || info "  next step: $2" >&2
    [[ -z $ACTIVE_LOG ]] || info "  details: $LOG; run install.sh again to continue where it stopped" >&2
    exit 1
}

on_error() { # CODE COMMAND: an unexpected failure
    die "a command failed with exit code $1: $2" "${ADVICE:-see the lines above}"
}

# run COMMAND...: logs its output, and prints it if the command fails
run() {
    local code=0
    log "+ $*"
    LAST_OUTPUT=$("$@" 2>&1 </dev/null) || code=$?
    [[ -z $LAST_OUTPUT ]] || log "$LAST_OUTPUT"
    ((code == 0)) && return
    tail -n 15 <<<"$LAST_OUTPUT" | sed 's/^/    | /' >&2
    die "'$*' failed with exit code $code" "${ADVICE:-see the lines above}"
}

# step NAME TITLE: NAME_is_current checks the machine, NAME_apply changes it, NAME_plan prints what that would change
step() {
    local name=$1 since=$SECONDS
    STEP=$2 ADVICE=
    if "${name}_is_current"; then
        info "ok       $STEP"
        return
    fi
    if is_dry_run; then
        info "would    $STEP"
        "${name}_plan" | sed 's/^/           /'
        return
    fi
    info "apply    $STEP"
    "${name}_apply"
    "${name}_is_current" || die "applied, but the check still fails" "${ADVICE:-run install.sh again; if it persists, see $LOG}"
    CHANGES=$((CHANGES + 1))
    info "done     $STEP ($((SECONDS - since)) s)"
}
