# shellcheck shell=bash disable=SC2034 # variables are shared between the files
# Prints one line per check: ok or FAIL, title, last line of output, duration.

NAME=trade.example.org
PAGE=https://$NAME
KEPT=/var/tmp/install-test # survives the reboot
JAR=$KEPT/cookies
PASSWORD='a long enough passphrase 7'
PYTHON=/opt/dashboard/current/venv/bin/python

check() { # TITLE COMMAND...: prints the last line of the output, or all of it after a failure
    local title=$1 since=${EPOCHREALTIME/./} output code
    shift
    output=$(set -e; "$@" 2>&1 </dev/null)
    code=$?
    printf -v took %.1f "$((${EPOCHREALTIME/./} - since))e-6"
    if ((code == 0)); then
        echo "ok   $title: $(tail -n 1 <<<"$output") ($took s)"
        return
    fi
    echo "FAIL $title: exit code $code ($took s)"
    tail -n 40 <<<"$output" | sed 's/^/     | /'
    echo "$title" >>"$KEPT/failed"
}

verdict() {
    [[ ! -s $KEPT/failed ]] && echo "all checks passed in $((SECONDS + $(cat "$KEPT/seconds" 2>/dev/null || echo 0))) s" && exit 0
    echo "failed: $(wc -l <"$KEPT/failed")"
    exit 1
}

section() { echo "-- $1"; }

browse() { # curl as a browser: by name, over TLS, without a proxy
    curl -sS --noproxy '*' --max-time 15 --resolve "$NAME:443:127.0.0.1" --resolve "$NAME:80:127.0.0.1" --cacert "$(trusted)" "$@"
}
trusted() { cat "$KEPT/trusted" 2>/dev/null || echo /etc/dashboard/tls/cert.pem; }
status() { browse -o /dev/null -w '%{http_code}' "$@"; }
signed_in() { browse -b "$JAR" -c "$JAR" "$@"; }

same() { [[ $1 == "$2" ]] || { echo "expected '$2', got '$1'"; return 1; }; } # GOT EXPECTED
has() { grep -qE -- "$2" <<<"$1" || { echo "no '$2' in:"; echo "$1"; return 1; }; } # TEXT PATTERN
lacks() { ! grep -qE -- "$2" <<<"$1" || { echo "unexpected '$2' in:"; echo "$1"; return 1; }; }

within() { # SECONDS COMMAND...: repeats it until it succeeds, and prints how long that took
    local limit=$1 since=${EPOCHREALTIME/./} passed=0
    shift
    until "$@" >/dev/null 2>&1; do
        passed=$(((${EPOCHREALTIME/./} - since) / 1000))
        ((passed < limit * 1000)) || { echo "not within $limit s: $*"; "$@"; return 1; }
        sleep 0.1
    done
    printf '%.1f s\n' "$((${EPOCHREALTIME/./} - since))e-6"
}

main_pid() { # UNIT: fails without one, as kill 0 would signal this shell
    local pid
    pid=$(systemctl show --value -p MainPID "$1")
    ((pid > 0)) && echo "$pid"
}
