#!/bin/sh
# The last step of a native machine's start. Mounts are seen by services that have mounts of their own, as systemd makes
# it where it is nobody's guest.
set -eu
mount --make-rshared /
# shellcheck disable=SC2046 # its words are arguments
exec /usr/lib/systemd/systemd $(cat /proc/cmdline)
