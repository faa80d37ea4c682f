# Who belongs to a nest. Sourced by the watchdog and by ./test, so that both mean the same.
#
# members MARK NAME    prints one process id a line
#   MARK  NAME=value, found whole in the environment that a process was started with; children inherit it
#   NAME  the last part of the nest's folder, which is unique: who stands in that folder belongs to it as well,
#         since PostgreSQL's processes write their titles over their environment. A process with a terminal is
#         a person looking around: left alone.
members() {
    {
        grep -lszxF -e "$1" /proc/[0-9]*/environ
        find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "*/$2" -o -lname "*/$2[ /]*" \) 2>/dev/null
    } | while IFS=/ read -r _ _ pid kind; do
        if [ "$kind" = environ ] || [ "$(terminal_of "$pid")" = 0 ]; then
            printf '%s\n' "$pid"
        fi
    done | sort -nu
}

# The number of a process's terminal, 0 for none; nothing when the process is gone. In stat the name stands in
# brackets and may hold anything; after it come state, parent, group, session, terminal.
terminal_of() {
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    set -f
    # shellcheck disable=SC2086 # split into words on purpose
    set -- ${stat##*) }
    set +f
    printf '%s\n' "$5"
}
