# Sourced by the first program of a native machine: hides what the kernel shows of the machine underneath, and shows
# the card and the board that this one pretends to have.
set -eu
lab=/run/lab
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
mount --make-rprivate /
mkdir -p /run/lab-sys
mount -t sysfs -o ro sysfs /run/lab-sys
mount --bind "$lab/class" /sys/class
mount --bind "$lab/cmdline" /proc/cmdline
# It is this machine's network alone, and its kernel's settings with it.
mkdir -p /run/lab-proc
mount -t proc proc /run/lab-proc
mount --bind /run/lab-proc/sys/net /proc/sys/net
# The network lives as long as the lab: what the last start left in it goes with the power.
for card in /sys/class/net/enp0s*; do ip address flush dev "${card##*/}"; done
ip route flush table all 2>/dev/null || true
# With it went the way to itself, which the kernel lays when the loopback comes up.
ip link set dev lo down
if command -v nft >/dev/null; then nft flush ruleset; fi
