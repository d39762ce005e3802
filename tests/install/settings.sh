# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # shared with the other parts
# However a line of the settings is written, install.sh reads and replaces what the program reads.

SPELLINGS=$KEPT/spellings

readings() {
    section "settings"
    spell
    check "install.sh reads what the program reads" read_alike
    check "what it sets is what the program reads" replaced_everywhere
}

spell() { # one file each, after a line that is not to count
    local line number=10
    rm -rf "$SPELLINGS"
    mkdir "$SPELLINGS"
    while IFS= read -r line; do
        number=$((number + 1))
        printf '%s\n' DASHBOARD_ALLOWED_HOSTS=before.example "$line" >"$SPELLINGS/$number.env"
    done <<'LINES'
DASHBOARD_ALLOWED_HOSTS=a.example,b.example
DASHBOARD_ALLOWED_HOSTS = a.example, b.example
  export DASHBOARD_ALLOWED_HOSTS=a.example
dashboard_Allowed_hosts=a.example
'DASHBOARD_ALLOWED_HOSTS'=a.example
DASHBOARD_ALLOWED_HOSTS=a.example	# mine
DASHBOARD_ALLOWED_HOSTS=a.example#mine
DASHBOARD_ALLOWED_HOSTS="a.example" # not "b.example"
DASHBOARD_ALLOWED_HOSTS = 'a.example # mine'
#DASHBOARD_ALLOWED_HOSTS=a.example
LINES
}

program_reads() {
    "$PYTHON" - "$SPELLINGS"/* <<'PROGRAM'
import os, sys
from dashboard.config import load

for file in sys.argv[1:]:
    os.environ["DASHBOARD_ENV_FILE"] = file
    print(load([]).allowed_hosts)
PROGRAM
}

installer() ( # reads | sets
    for part in say files settings; do
        # shellcheck source=/dev/null
        . "$checkout/deploy/install/$part.sh"
    done
    ACCOUNT=dashboard WRITTEN=$KEPT/written
    for SETTINGS in "$SPELLINGS"/*; do "$1"; done
)
reads() { setting DASHBOARD_ALLOWED_HOSTS; }
sets() { set_line DASHBOARD_ALLOWED_HOSTS new.example; }

read_alike() {
    local said
    said=$(program_reads)
    same "$(installer reads)" "$said"
    echo "in $(wc -l <<<"$said") spellings"
}

replaced_everywhere() {
    installer sets
    same "$(program_reads | sort -u)" new.example
    same "$(cat "$SPELLINGS"/* | grep -ic '^[^#].*hosts')" "$(find "$SPELLINGS" -type f | wc -l)"
    echo "and the line is there once"
}
