#!/bin/sh
# The first program of a native head.
. /run/lab/machine.sh
exec /bin/sh /run/lab/start.sh
