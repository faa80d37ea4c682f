# Brings the SDKs of sdks/ into a cache folder, by pip and npm. Sourced after common.sh.
# shellcheck shell=bash

# The folder that the end-to-end tests look into: it is whole once the lists that it was made from lie in it.
need_sdks() {
    if [ -n "${SIGNALBOX_SDKS:-}" ]; then
        say "the SDKs are those in $SIGNALBOX_SDKS (SIGNALBOX_SDKS)"
        return 0
    fi
    local lists=$HOUSE/deploy/dev/sdks caches=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/signalbox
    local home=$caches/sdks
    sdks_are_whole "$lists" "$home" && return 0
    mkdir -p "$caches"
    # One at a time; whoever waited finds it done.
    (
        flock 9
        sdks_are_whole "$lists" "$home" || sdks_fetch "$lists" "$home"
    ) 9>"$caches/sdks.lock"
}

sdks_are_whole() {
    cmp -s "$1/requirements.txt" "$2/requirements.txt" || return 1
    ! node_is_new || cmp -s "$1/package.json" "$2/package.json"
}

# The SDK for Node asks for version 20 or newer, which not every system offers.
node_is_new() {
    local version
    command -v npm >/dev/null && version=$(node --version 2>/dev/null) &&
        [[ $version =~ ^v([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 20 ]
}

sdks_fetch() {
    local lists=$1 home=$2
    say "fetching SDKs into $home"
    # A virtual environment knows its own path, so it is made where it stays; the list is copied last.
    rm -rf "$home"
    mkdir -p "$home"
    if ! python3 -m venv "$home/python" >&2 9>&- ||
        ! "$home/python/bin/pip" install -q -r "$lists/requirements.txt" >&2 9>&-; then
        rm -rf "$home"
        fail "pip could not fetch the SDKs; without a network, set SIGNALBOX_SDKS to a folder with them"
    fi
    if node_is_new; then
        mkdir "$home/node"
        cp "$lists/package.json" "$home/node/"
        if ! npm --prefix "$home/node" install --silent --no-audit --no-fund >&2 9>&-; then
            rm -rf "$home"
            fail "npm could not fetch the SDKs; without a network, set SIGNALBOX_SDKS to a folder with them"
        fi
        sdks_pack "$home/node" || {
            rm -rf "$home"
            fail "npm could not fetch the SDKs; without a network, set SIGNALBOX_SDKS to a folder with them"
        }
        cp "$lists/package.json" "$home/"
    else
        say "Node 20 with npm is not here: the SDK for it is left out"
    fi
    cp "$lists/requirements.txt" "$home/"
}

# Packages as they are published: what a page loads is whole in itself.
sdks_pack() {
    local name version
    while read -r name version; do
        mkdir -p "$1/packed/$name"
        (
            cd "$1/packed/$name"
            npm pack "$name@$version" --silent >/dev/null 2>&1 9>&- && tar -xzf ./*.tgz && rm ./*.tgz
        ) || return 1
    done < <(node -p 'Object.entries(require(process.argv[1]).packed).map((one) => one.join(" ")).join("\n")' \
        "$1/package.json")
}
