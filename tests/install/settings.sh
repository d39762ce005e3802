# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared between the files
# install.sh and the program read each spelling of a setting alike.

SPELLINGS=$KEPT/spellings

spellings() {
    section "settings"
    spell
    check "install.sh and the program read the same value" read_alike
    check "a value that install.sh sets is read by the program" replaced_everywhere
}

spell() { # one file each, after a line that must be overridden
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
    for part in output templates settings; do
        # shellcheck source=/dev/null
        . "$checkout/deploy/install/$part.sh"
    done
    ACCOUNT=dashboard CHECKSUM_DIR=$KEPT/written
    for SETTINGS in "$SPELLINGS"/*; do "$1"; done
)
reads() { read_setting DASHBOARD_ALLOWED_HOSTS; }
sets() { write_setting DASHBOARD_ALLOWED_HOSTS new.example; }

read_alike() {
    local values
    values=$(program_reads)
    same "$(installer reads)" "$values"
    echo "in $(wc -l <<<"$values") spellings"
}

replaced_everywhere() {
    installer sets
    same "$(program_reads | sort -u)" new.example
    same "$(cat "$SPELLINGS"/* | grep -ic '^[^#].*hosts')" "$(find "$SPELLINGS" -type f | wc -l)"
    echo "the line occurs once"
}
