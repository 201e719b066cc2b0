# Sourced by the scripts that show sidescope on a live process: starts the Go
# stand-in so that it leaks, and ends it again.

demo_target_dir=
demo_target_pid=

# demo_target_start BINARY
demo_target_start() {
    demo_target_dir=$(mktemp -d "${TMPDIR:-/tmp}/sidescope-demo.XXXXXX")
    # already leaked files and stacks first, then a slow leak that goes on
    SIDECAR_PPROF=${SIDECAR_PPROF:-0} "$1" -state "$demo_target_dir/state" \
        -do "files claude 180; files codex 20; files same 6; goroutines recv 40; heap scanner 24M; heap json 8M; files claude 2/s; goroutines recv 1/s; heap scanner 256K/s" \
        </dev/null >"$demo_target_dir/out" 2>"$demo_target_dir/err" &
    demo_target_pid=$!
    tries=0
    while ! grep -q '^ready ' "$demo_target_dir/out" 2>/dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ] || ! kill -0 "$demo_target_pid" 2>/dev/null; then
            echo "the demo process did not start:" >&2
            cat "$demo_target_dir/err" >&2
            demo_target_stop
            return 2
        fi
        sleep 0.1
    done
}

demo_target_stop() {
    if [ -n "$demo_target_pid" ]; then
        kill "$demo_target_pid" 2>/dev/null || true
        wait "$demo_target_pid" 2>/dev/null || true
        demo_target_pid=
    fi
    if [ -n "$demo_target_dir" ]; then
        rm -rf "$demo_target_dir"
        demo_target_dir=
    fi
}
