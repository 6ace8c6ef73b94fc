# Slurm's settings without what needs cgroups: those of the head, whose directory is here.
set -eu
rm -rf /run/lab-slurm
cp -a /run/lab-volumes/slurm /run/lab-slurm
cp -a /etc/slurm/slurm.key /run/lab-slurm/slurm.key
sed -i 's/^ProctrackType=.*/ProctrackType=proctrack\/linuxproc/; s/^TaskPlugin=.*/TaskPlugin=task\/none/
    s/^JobAcctGatherType=.*//; s/^PrologFlags=.*//' /run/lab-slurm/slurm.conf
echo CgroupPlugin=disabled >/run/lab-slurm/cgroup.conf
# Where Slurm's programs look for what slurmd fetched (slurm.conf(5), "configless").
mkdir -p /run/slurm
ln -sfn /run/lab-slurm /run/slurm/conf
