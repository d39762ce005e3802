# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared between the files
# The program: one directory per release, named by a hash of its content, and links to the current and previous ones.

INSTALL_DIR=/opt/dashboard

program_files() {
    (cd "$source" && find dashboard pyproject.toml requirements.lock README.md LICENSE .env.example \
        deploy/gunicorn.conf.py deploy/pages -type f ! -name '*.pyc' ! -path '*.egg-info/*' | LC_ALL=C sort)
}

release_id() { # hash of the content and the Python version
    [[ -z ${RELEASE:-} ]] || { echo "$RELEASE" && return; }
    { program_files; (cd "$source" && program_files | xargs -d '\n' cat); python_version; } | sha256sum | cut -c1-12
}
python_version() { python3 -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null || echo none; }

release_is_current() {
    RELEASE=$(RELEASE='' release_id)
    [[ $(readlink "$INSTALL_DIR/current") == "releases/$RELEASE" && -e $INSTALL_DIR/releases/$RELEASE/.complete ]]
}

release_plan() {
    echo "a virtual environment in $INSTALL_DIR/releases/<hash of the content> from requirements.lock"
    echo "$INSTALL_DIR/current links to it"
}

release_apply() {
    local new=$INSTALL_DIR/releases/$RELEASE
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        die "$(python3 --version) is too old" "use Debian 12 or Ubuntu 24.04, which have Python 3.11 or newer"
    [[ -e $new/.complete ]] || build "$new"
    local old
    old=$(readlink "$INSTALL_DIR/current" || true)
    [[ -z $old || $old == "releases/$RELEASE" ]] || switch_link "$old" previous
    switch_link "releases/$RELEASE" current
}

build() { # DIRECTORY: leaves the running release alone
    local new=$1 source_copy=$1/source
    rm -rf "$new"
    mkdir -p "$source_copy"
    run python3 -m venv "$new/venv"
    reuse_packages "$new"
    ADVICE="check that pip reaches its package index (settings: /etc/pip.conf); the previous release still runs"
    run pip "$new" --require-hashes --only-binary :all: -r "$source/requirements.lock"
    (cd "$source" && program_files | xargs -d '\n' cp --parents -t "$source_copy")
    ADVICE="check that this checkout is complete (git status); the previous release still runs"
    run pip "$new" --no-deps --no-build-isolation "$source_copy"
    rm -rf "$source_copy"
    cp -r "$source/deploy/gunicorn.conf.py" "$source/deploy/pages" "$new/"
    cp "$source/.env.example" "$new/env.example"
    cp "$source/requirements.lock" "$new/"
    run "$new/venv/bin/dashboard-run" --help
    chmod -R u=rwX,go=rX "$new"
    touch "$new/.complete"
}

# With an unchanged lock file, packages are hard-linked from the previous release; pip then only verifies them.
reuse_packages() { # RELEASE
    local new=$1 old script packages
    old=$(readlink -f "$INSTALL_DIR/current")
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

switch_link() { # TARGET NAME: atomic
    ln -sfn "$1" "$INSTALL_DIR/$2.new"
    mv -T "$INSTALL_DIR/$2.new" "$INSTALL_DIR/$2"
    log "$INSTALL_DIR/$2 links to $1"
}

# Pruning keeps the current and the previous release.
old_releases() {
    local path kept
    kept=$(readlink "$INSTALL_DIR/current" "$INSTALL_DIR/previous" || true) # the first release has no previous one
    for path in "$INSTALL_DIR"/releases/*; do
        [[ ! -d $path || $'\n'$kept$'\n' == *$'\n'"releases/${path##*/}"$'\n'* ]] || echo "$path"
    done
}
prune_is_current() { [[ -z $(old_releases) ]]; }
prune_plan() { old_releases; }
prune_apply() {
    local path
    while read -r path; do run rm -rf "$path"; done < <(old_releases)
}
