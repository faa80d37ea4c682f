# The watchdog of one nest: makes the folder, waits until the holder of its input lets go (by dropping it, or
# by ending in any way at all), then ends what belongs to the nest and removes the folder. Appended to
# members.sh; run by `sh -c`, in its own session.
#
# $1  the folder to make the nest in
# $2  the name of the variable that marks the nest's processes

# A person's Ctrl-C ends the tests, not this: it still has to clean up.
trap '' HUP INT QUIT TERM PIPE
umask 077
folder=$(mktemp -d "$1/signalbox-XXXXXXXXXXX") || exit 1
# Another user's program (PostgreSQL, when root runs the tests) must be able to pass through to its own
# folder.
chmod 711 "$folder"
name=${folder##*/}
printf '%s\n' "$folder"
exec >/dev/null

while read -r _; do :; done

round=0
while pids=$(members "$2=$name" "$name") && [ -n "$pids" ]; do
    round=$((round + 1))
    if [ "$round" -gt 200 ]; then
        printf 'signalbox: these processes of %s do not end:\n%s\n' "$folder" "$pids" >&2
        break
    fi
    # shellcheck disable=SC2086 # one word a process
    kill -KILL $pids 2>/dev/null
    sleep 0.02
done
# What a part leaves outside of the folder when it is killed, it removes here.
if [ -f "$folder/farewell" ]; then
    (cd "$folder" && sh ./farewell)
fi
rm -rf -- "$folder"
