# One run of the tests: a folder of its own, a mark on all that it starts, its counts, and its end. Sourced
# after common.sh.
# shellcheck shell=bash

# shellcheck source=crates/testkit/src/process/members.sh
. "$HOUSE/crates/testkit/src/process/members.sh"

RUN_MARK=SIGNALBOX_TEST_RUN
RUN_FOLDER=
RUN_JOB=

begin_run() {
    local base=${TMPDIR:-/tmp}
    # The address of a unix socket has little room; testkit's own folders come on top.
    [ ${#base} -le 20 ] || base=/tmp
    RUN_FOLDER=$(mktemp -d "$base/signalbox-test-XXXXXX")
    # PostgreSQL must be able to pass through when root runs the tests and it does not.
    chmod 711 "$RUN_FOLDER"
    mkdir -m 711 "$RUN_FOLDER/tmp"
    trap end_run EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# run_and_record COMMAND...  runs it in a process group of its own, shows what it prints and keeps it in
# $RUN_FOLDER/output.
run_and_record() {
    set -m
    (
        set +e
        "$@" 2>&1 | tee "$RUN_FOLDER/output"
        exit "${PIPESTATUS[0]}"
    ) &
    RUN_JOB=$!
    set +m
    local status=0
    # The shell hears a signal while it waits like this, and not while a command runs in its foreground.
    wait "$RUN_JOB" || status=$?
    RUN_JOB=
    return "$status"
}

# summarize_run  prints the counts that the test harness gave, and fails where a binary gave none or a test
# was left out.
summarize_run() {
    awk '
        /^ +Running / || /^ +Doc-tests / { binaries++ }
        /^test result: / {
            results++
            for (i = 2; i <= NF; i++) {
                if ($i == "passed;") passed += $(i - 1)
                if ($i == "failed;") failed += $(i - 1)
                if ($i == "ignored;") skipped += $(i - 1)
            }
        }
        /^test .* \.\.\. FAILED$/ { names = names "\nsignalbox:   failed: " $2 }
        /^signalbox: left out / { skipped++ }
        END {
            silent = binaries - results
            printf "signalbox: %d passed, %d failed, %d skipped%s\n", passed, failed, skipped, names
            if (silent > 0) printf "signalbox: %d test binaries ended without a result\n", silent
            if (skipped > 0) print "signalbox: a skipped test is a failure here"
            if (results == 0) print "signalbox: no test ran"
            exit failed > 0 || skipped > 0 || silent > 0 || results == 0
        }
    ' "$RUN_FOLDER/output"
}

# Whatever happened: ends what the run started, looks whether anything is left, and says so.
end_run() {
    local status=$?
    trap '' HUP INT TERM
    if [ -n "$RUN_JOB" ]; then
        say "stopping the tests"
        kill -TERM -- "-$RUN_JOB" 2>/dev/null || true
    fi
    # What the tests started ends by itself, by its watchdogs, moments after them.
    if ! wait_for_silence 200; then
        say "these were left running, and are killed now:"
        run_left_over
        kill_left_over
        wait_for_silence 100 || say "some of them do not end"
        [ "$status" -ne 0 ] || status=1
    else
        say "nothing of this run is left running"
    fi
    rm -rf -- "$RUN_FOLDER"
    exit "$status"
}

# Neither a process with the mark or in the folder, nor a folder that a watchdog has yet to remove.
wait_for_silence() {
    local tries=$1
    while [ -n "$(run_members)" ] || compgen -G "$RUN_FOLDER/tmp/signalbox-???????????" >/dev/null; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 0.1
    done
}

run_members() {
    members "$RUN_MARK=${RUN_FOLDER##*/}" "${RUN_FOLDER##*/}" || true
}

run_left_over() {
    local pid
    for pid in $(run_members); do
        say "  $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c 1-200)"
    done
    find "$RUN_FOLDER/tmp" -mindepth 1 -maxdepth 1 -name 'signalbox-*' >&2
}

kill_left_over() {
    local pid
    for pid in $(run_members); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf -- "$RUN_FOLDER/tmp"
}
