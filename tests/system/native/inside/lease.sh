#!/bin/sh
# What udhcpc(8) tells: an address, and who gave it.
case $1 in
bound | renew)
	ip address replace "$ip/$mask" dev "$interface"
	echo "${serverid:?}" >/run/lab-head
	;;
esac
