# The system packages that Signalbox needs from Debian or Ubuntu, and how they are installed. Sourced after
# common.sh.
# shellcheck shell=bash

# One line a package, and the only list there is:
#   when it is needed | package, or several of which the first on offer will do | how to see that it is there | why
packages_list() {
    cat <<'LIST'
build | ca-certificates | file:/etc/ssl/certs/ca-certificates.crt | cargo fetches crates over TLS
build | gcc | command:cc | librdkafka, zstd and SQLite are C
build | g++ | command:c++ | librdkafka's build asks for a C++ compiler
build | make | command:make | librdkafka builds itself with make
build | pkg-config | command:pkg-config | finds OpenSSL and zlib
build | libssl-dev | pkgconfig:openssl | Kafka over TLS
build | zlib1g-dev | pkgconfig:zlib | Kafka records compressed with gzip
build | git | command:git | worktrees and branches are made by it
test | openjdk-17-jre-headless openjdk-21-jre-headless | java:17 | Apache Kafka runs on it
test | maven | command:mvn | fetches Apache Kafka
test | chromium chromium-browser | chromium | the SDKs of browsers report from a real one
test | bubblewrap | command:bwrap | the sandbox that agents run in
test | sqlite3 | command:sqlite3 | a test makes a database newer than the program
test | python3-venv | pyvenv | the SDKs that the tests report with are Python's
test | postgresql | postgresql | the tests start servers of their own from it
LIST
}

# need_packages PURPOSE...  installs what is missing for these, saying what and why; stops with the list where
# it may not.
need_packages() {
    local missing
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    say "missing on this machine:"
    packages_explain "$missing"
    packages_install "$missing"
    missing=$(packages_missing "$@")
    [ -z "$missing" ] || fail "still missing after the installation: $(packages_names "$missing")"
}

# packages_missing PURPOSE...  prints the lines of what is not there.
packages_missing() {
    local line purpose names probe
    while IFS= read -r line; do
        IFS='|' read -r purpose names probe _ <<<"$line"
        case " $* " in
            *" ${purpose// /} "*) package_is_there "${probe// /}" || printf '%s\n' "$line" ;;
        esac
    done < <(packages_list)
}

package_is_there() {
    local what=${1#*:}
    case $1 in
        command:*) command -v "$what" >/dev/null ;;
        file:*) [ -e "$what" ] ;;
        pkgconfig:*) command -v pkg-config >/dev/null && pkg-config --exists "$what" ;;
        java:*) java_is_at_least "$what" ;;
        postgresql) postgresql_is_there ;;
        chromium) command -v chromium >/dev/null || ! node_is_new ;;
        pyvenv) python3 -c "import ensurepip, venv" 2>/dev/null ;;
        *) fail "packages.sh: no such probe: $1" ;;
    esac
}

java_is_at_least() {
    local java=java said
    [ -z "${JAVA_HOME:-}" ] || java=$JAVA_HOME/bin/java
    said=$("$java" -XX:-UsePerfData -version 2>&1) || return 1
    [[ $said =~ version\ \"([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge "$1" ]
}

postgresql_is_there() {
    local folder
    for folder in "${PG_BIN:-}" /usr/lib/postgresql/*/bin "$(pg_config --bindir 2>/dev/null)"; do
        if [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            return 0
        fi
    done
    return 1
}

packages_explain() {
    local names why
    while IFS='|' read -r _ names _ why; do
        names=${names# }
        say "  ${names%% *}:$why"
    done <<<"$1"
}

# The names to install: of alternatives the first that the system offers, or the first where it offers none.
packages_names() {
    local names name chosen all=()
    while IFS='|' read -r _ names _ _; do
        chosen=
        for name in $names; do
            if [ -z "$chosen" ] && package_is_offered "$name"; then
                chosen=$name
            fi
        done
        names=${names# }
        all+=("${chosen:-${names%% *}}")
    done <<<"$1"
    printf '%s\n' "${all[*]}"
}

package_is_offered() {
    local known
    known=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null) && [[ $known =~ Candidate:\ [^\(] ]]
}

packages_install() {
    local as_root=() names
    if ! command -v apt-get >/dev/null; then
        fail "this machine has no apt-get; install these by its own means: $(packages_names "$1")"
    fi
    if [ "$(id -u)" -ne 0 ]; then
        as_root=(sudo -n)
    fi
    if [ "${SIGNALBOX_INSTALL:-yes}" = no ] || ! "${as_root[@]}" true 2>/dev/null; then
        fail "this may not install packages here; run: sudo apt-get update && sudo apt-get install -y" \
            "--no-install-recommends $(packages_names "$1")"
    fi
    "${as_root[@]}" apt-get -q update >&2 || fail "apt-get update failed"
    names=$(packages_names "$1")
    say "installing $names"
    prevent_postgresql_service "${as_root[@]}"
    # shellcheck disable=SC2086 # one word a package
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install \
        --no-install-recommends $names >&2 </dev/null; then
        allow_postgresql_service "${as_root[@]}"
        fail "apt-get could not install $names"
    fi
    allow_postgresql_service "${as_root[@]}"
}

# Debian's PostgreSQL starts a server of its own when it is installed, now and at each boot. Nobody asked for
# one: the tests start theirs. This file tells its installer so, and is there only meanwhile.
NO_POSTGRESQL_SERVICE=/etc/postgresql-common/createcluster.d/signalbox.conf

prevent_postgresql_service() {
    "$@" mkdir -p "${NO_POSTGRESQL_SERVICE%/*}"
    "$@" sh -c "echo 'create_main_cluster = false' >$NO_POSTGRESQL_SERVICE"
}

allow_postgresql_service() {
    "$@" rm -f "$NO_POSTGRESQL_SERVICE"
    "$@" sh -c "rmdir ${NO_POSTGRESQL_SERVICE%/*} /etc/postgresql-common 2>/dev/null || :"
}
