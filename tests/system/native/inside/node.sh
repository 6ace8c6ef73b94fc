#!/bin/sh
# The first program of a native node: what firmware, boot loader and initrd do before there is a root.
. /run/lab/machine.sh
ip link set enp0s3 up
mknod -m 0660 /dev/loop-control c 10 237 2>/dev/null || true
for number in $(seq 0 255); do [ -e "/dev/loop$number" ] || mknod -m 0660 "/dev/loop$number" b 7 "$number"; done
until busybox udhcpc -i enp0s3 -n -q -f -t 5 -T 2 -s /run/lab/lease.sh; do :; done
# The head's own boot script says what a kernel would be told.
head=$(cat /run/lab-head)
mac=$(tr : - </sys/class/net/enp0s3/address)
until curl -sf "http://$head/boot/node.ipxe?mac=$mac" -o /run/lab-boot; do sleep 1; done
sed -n 's/^kernel [^ ]* *//p' /run/lab-boot >/run/lab-cmdline
mount --bind /run/lab-cmdline /proc/cmdline
mkdir -p /newroot
until muster-agent boot --head "$head" --root /newroot; do :; done
# What networkd takes for a real card has no kind.
sed '/^Kind=/d' /run/systemd/network/70-muster-boot.network >/run/systemd/network/60-lab.network
install -m 0755 /run/lab/mount.nfs4 /newroot/usr/sbin/mount.nfs4
install -m 0755 /run/lab/findmnt /newroot/usr/local/bin/findmnt
install -m 0644 /run/lab/chrony.default /newroot/etc/default/chrony
for unit in chrony chronyd-restricted; do
	install -D -m 0644 /run/lab/chrony.conf "/newroot/etc/systemd/system/$unit.service.d/lab.conf"
done
install -D -m 0644 /run/lab/slurmd.conf /newroot/etc/systemd/system/slurmd.service.d/zz-lab.conf
ip address flush dev enp0s3
exec switch_root /newroot /bin/sh /run/lab/start.sh
