# Read by programs that write into build/ and debian/: one of them at a time in a checkout. Who comes second waits, and
# says for whom. Programs that the holder starts in the same checkout are part of its work.
lock_checkout() { # WHAT
    local here
    here=$(stat --format=%d:%i .)
    [ "${MUSTER_CHECKOUT_LOCKED:-}" != "$here" ] || return 0
    mkdir -p build
    exec {checkout_lock}>>build/.lock
    if ! flock --nonblock "$checkout_lock"; then
        echo "waiting for $(<build/.lock)" >&2
        flock "$checkout_lock"
    fi
    echo "process $$: $1" >build/.lock
    export MUSTER_CHECKOUT_LOCKED=$here
}
