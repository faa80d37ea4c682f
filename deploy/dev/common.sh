# What ./run, ./test and .ci/run share: where the house is, how to speak, where Rust is. Sourced, never run.
# shellcheck shell=bash

# shellcheck disable=SC2034 # used by those who source this
HOUSE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() {
    printf 'signalbox: %s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

# minutes_since SECONDS  prints the wall time since then, as in 3:07
minutes_since() {
    local took=$((SECONDS - $1))
    printf '%d:%02d' $((took / 60)) $((took % 60))
}

# Rust is the one thing that is not installed here: which one, and how, is the person's own affair.
need_rust() {
    if ! command -v cargo >/dev/null && [ -x "${CARGO_HOME:-${HOME:-/root}/.cargo}/bin/cargo" ]; then
        PATH=${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH
        export PATH
    fi
    command -v cargo >/dev/null ||
        fail "Rust is missing. Install the stable one with rustup (https://rustup.rs) and run this again."
}
