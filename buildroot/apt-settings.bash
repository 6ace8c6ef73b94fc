# For host-apt: how apt of this machine reaches archives, and what it asks of their dates and signatures.
# Reads $target/sources.list, writes $target/apt.conf.

setting() { # NAME VALUE
    printf '%s "%s";\n' "$1" "$2"
}

# The names of the machines that the archives are on.
archive_hosts() {
    grep -oE ' https?://[^/ ]+' "$target/sources.list" | sed -E 's,.*/,,; s,:[0-9]+$,,' | sort -u
}

# Proxies of the environment, which apt uses where its settings name none. DUMPED
environment_settings() {
    local scheme name host end names=() ends=()
    for scheme in http https; do
        name=${scheme}_proxy
        if [ -n "${!name-}" ] && ! grep -qiE "^Acquire::(http|$scheme)::Proxy \"..*\";" <<<"$1"; then
            setting "Acquire::$scheme::Proxy" "${!name}"
        fi
    done
    # Each word is the end of names that are reached without a proxy.
    IFS=', ' read -r -a ends <<<"${no_proxy-}"
    for end in "${ends[@]}"; do
        if [[ $end =~ ^[A-Za-z0-9_-][A-Za-z0-9._:-]*$ ]]; then names+=("$end"); fi
        for host in $(archive_hosts); do
            if [[ ${host,,} == *"${end,,}" && $host != "$end" ]]; then names+=("$host"); fi
        done
    done
    for host in "${names[@]}"; do
        for scheme in http https; do setting "Acquire::$scheme::Proxy::$host" DIRECT; done
    done
}

# A program of this machine may look for the proxy; the build root has only what it found. DUMPED
detected_proxies() {
    local scheme uri proxy
    for scheme in http https; do
        grep -qiE "^Acquire::$scheme::Proxy-?Auto-?Detect \"..*\";" <<<"$1" || continue
        uri=$(sed -nE "/ $scheme:/{s,.* ($scheme://[^ ]+) .*,\1,p;q}" "$target/sources.list")
        [ -n "$uri" ] || continue
        # apt goes on without a proxy where that program fails, too.
        if ! proxy=$(/usr/lib/apt/apt-helper auto-detect-proxy "$uri"); then
            say "the program that apt on this machine has to find a proxy failed; none is used for $scheme://"
            continue
        fi
        proxy=$(sed -nE "s/^Using proxy '([^']+)' for .*/\1/p" <<<"$proxy")
        if [ -n "$proxy" ] && [ "$proxy" != DIRECT ]; then setting "Acquire::$scheme::Proxy" "$proxy"; fi
    done
}

write_settings() {
    local dumped wanted
    wanted="Acquire::(http|https|Check|Retries|Max-ValidTime|Min-ValidTime|ForceIPv|By-Hash|AllowInsecure|AllowWeak|AllowDowngrade)"
    # Where apt cannot become another user, its settings say so.
    wanted+="|APT::Get::AllowUnauthenticated|APT::Sandbox::User"
    dumped=$(apt-config dump)
    {
        sed -nE -e '/:: |::Proxy-?Auto-?Detect|^APT::Sandbox::User "_apt"/Id' -e "/^($wanted)[^ ]* \"[^\"]+\";\$/p" <<<"$dumped"
        # Only root reads the key of a connection; else what fetches runs as apt's own user.
        if grep -qi '::SslKey "..*";' <<<"$dumped"; then setting APT::Sandbox::User root; fi
        environment_settings "$dumped"
        detected_proxies "$dumped"
    } >"$target/apt.conf"
}
