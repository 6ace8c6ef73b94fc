# For tools/test: how many tests passed, failed and were skipped, and why. Reads $mode, which is "quick" where a skip is
# no failure.

passed=0 failed=0 skipped=0
told=() # a line for each test that did not pass, shown again at the end: what came before it may be long

add() { # PASSED FAILED SKIPPED
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# Takes what a program wrote that ends with the line "N passed, N failed, N skipped".
count() { # LOG STATUS COMMAND…
    local log=$1 status=$2 line late failed_before=$failed
    shift 2
    while IFS= read -r line; do told+=("$line"); done < <(grep -E '(^| )(FAILED|SKIPPED) ' "$log")
    line=$(tail -n 1 "$log")
    if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        add "${BASH_REMATCH[@]:1:3}"
        # A program that is missing would take tests away, and nobody would see it. Somebody who gave a time knows.
        late=$(grep -cE '(^| )SKIPPED .*: no time is left' "$log") || late=0
        if [ "$mode" != quick ] && [ "${BASH_REMATCH[3]}" -gt "$late" ]; then
            told+=("FAILED: $((BASH_REMATCH[3] - late)) skipped, and 'make test' runs all: $*")
            add 0 1 0
        fi
    elif [ "$status" = 0 ]; then
        told+=("FAILED: no count of what passed: $*")
        add 0 1 0
    fi
    # A failure that nobody counted is one.
    if [ "$status" != 0 ] && [ "$failed" = "$failed_before" ]; then
        told+=("FAILED with status $status and without a count of failures: $*")
        add 0 1 0
    fi
}
