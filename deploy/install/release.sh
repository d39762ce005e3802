# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# The program: one folder a release, named by its content, and a link to the one that runs.

HOME_OF_IT=/opt/dashboard

program_files() {
    (cd "$source" && find dashboard pyproject.toml requirements.lock README.md LICENSE .env.example \
        deploy/gunicorn.conf.py deploy/pages -type f ! -name '*.pyc' ! -path '*.egg-info/*' | LC_ALL=C sort)
}

release_id() { # the same content and Python give the same name
    [[ -z ${RELEASE:-} ]] || { echo "$RELEASE" && return; }
    { program_files; (cd "$source" && program_files | xargs -d '\n' cat); python_version; } | sha256sum | cut -c1-12
}
python_version() { python3 -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null || echo none; }

release_right() {
    RELEASE=$(RELEASE='' release_id)
    [[ $(readlink "$HOME_OF_IT/current") == "releases/$RELEASE" && -e $HOME_OF_IT/releases/$RELEASE/.complete ]]
}

release_plan() {
    echo "a virtual environment in $HOME_OF_IT/releases/<hash of the content> from requirements.lock"
    echo "$HOME_OF_IT/current leads to it"
}

release_do() {
    local new=$HOME_OF_IT/releases/$RELEASE
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$(python3 --version) is too old" "it needs Python 3.11: Debian 12 or Ubuntu 24.04 have it"
    [[ -e $new/.complete ]] || build "$new"
    local old
    old=$(readlink "$HOME_OF_IT/current" || true)
    [[ -z $old || $old == "releases/$RELEASE" ]] || link "$old" previous
    link "releases/$RELEASE" current
}

build() { # FOLDER: what runs is not touched while this fails
    local new=$1 source_copy=$1/source
    rm -rf "$new"
    mkdir -p "$source_copy"
    run python3 -m venv "$new/venv"
    take_over_packages "$new"
    ADVICE="is the package registry reachable from here (pip's own settings: /etc/pip.conf)? What ran before still runs"
    run pip "$new" --require-hashes --only-binary :all: -r "$source/requirements.lock"
    (cd "$source" && program_files | xargs -d '\n' cp --parents -t "$source_copy")
    ADVICE="is this checkout whole (git status)? What ran before still runs"
    run pip "$new" --no-deps --no-build-isolation "$source_copy"
    rm -rf "$source_copy"
    cp -r "$source/deploy/gunicorn.conf.py" "$source/deploy/pages" "$new/"
    cp "$source/.env.example" "$new/env.example"
    cp "$source/requirements.lock" "$new/"
    run "$new/venv/bin/dashboard-run" --help
    chmod -R u=rwX,go=rX "$new"
    touch "$new/.complete"
}

# Packages are seldom other ones than in the release before: the same files are then linked, and pip only looks at them.
take_over_packages() { # RELEASE
    local new=$1 old script packages
    old=$(readlink -f "$HOME_OF_IT/current")
    cmp -s "$old/requirements.lock" "$source/requirements.lock" || return 0
    packages=$(cd "$new/venv" && echo lib/python3*/site-packages)
    [[ -e $old/.complete && -d $old/venv/$packages ]] || return 0
    run cp -al --force "$old/venv/$packages/." "$new/venv/$packages/"
    rm -rf "$new/venv/$packages"/{dashboard,position_dashboard-*}
    for script in "$old"/venv/bin/*; do
        [[ ! -e $new/venv/bin/${script##*/} ]] || continue
        cp -a "$script" "$new/venv/bin/"
        sed -i "1s,^#!$old/,#!$new/," "$new/venv/bin/${script##*/}"
    done
}

pip() { # RELEASE ARGUMENT...
    "$1/venv/bin/python" -m pip install --no-cache-dir --no-input --disable-pip-version-check --root-user-action=ignore "${@:2}"
}

link() { # TARGET NAME: in one move, so that there is always one
    ln -sfn "$1" "$HOME_OF_IT/$2.new"
    mv -T "$HOME_OF_IT/$2.new" "$HOME_OF_IT/$2"
    log "$HOME_OF_IT/$2 leads to $1"
}

# The step that prunes: the one that runs and the one before it are kept.
superfluous() {
    local path kept
    kept=$(readlink "$HOME_OF_IT/current" "$HOME_OF_IT/previous" || true) # the first one has none before it
    for path in "$HOME_OF_IT"/releases/*; do
        [[ ! -d $path || $'\n'$kept$'\n' == *$'\n'"releases/${path##*/}"$'\n'* ]] || echo "$path"
    done
}
tidy_right() { [[ -z $(superfluous) ]]; }
tidy_plan() { superfluous; }
tidy_do() {
    local path
    while read -r path; do run rm -rf "$path"; done < <(superfluous)
}
