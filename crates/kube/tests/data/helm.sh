#!/bin/sh
# A helm for tests. Keeps its calls in $FAKE/calls, one a line, and answers from the files in $FAKE.
printf '%s\n' "$*" >>"$FAKE/calls"
env >"$FAKE/env"

# What helm would read, opened twice by its path.
kubeconfig=
for argument in "$@"; do
    if [ "$kubeconfig" = next ]; then kubeconfig=$argument; fi
    if [ "$argument" = --kubeconfig ]; then kubeconfig=next; fi
done
if [ -n "$kubeconfig" ]; then
    printf '%s' "$kubeconfig" >"$FAKE/path"
    cat "$kubeconfig" >"$FAKE/kubeconfig"
    cat "$kubeconfig" >>"$FAKE/kubeconfig"
fi

case $1 in
version) cat "$FAKE/version" ;;
history)
    if [ -f "$FAKE/history" ]; then cat "$FAKE/history"; else
        echo 'Error: release: not found' >&2
        exit 1
    fi
    ;;
get) cat "$FAKE/values" ;;
upgrade)
    cat >"$FAKE/stdin"
    if [ -f "$FAKE/hang" ]; then
        echo $$ >"$FAKE/pid.new" && mv "$FAKE/pid.new" "$FAKE/pid"
        exec sleep 600
    fi
    if [ -f "$FAKE/stderr" ]; then
        cat "$FAKE/stderr" >&2
        exit 1
    fi
    ;;
uninstall)
    if [ ! -f "$FAKE/history" ]; then
        echo 'Error: uninstall: Release not loaded: traefik: release: not found' >&2
        exit 1
    fi
    rm "$FAKE/history"
    ;;
rollback) ;;
*) exit 64 ;;
esac
