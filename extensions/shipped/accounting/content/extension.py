"""Slurm's database of jobs on the head: MariaDB, slurmdbd, and the cluster's people in it."""

import json
import os
import re

import muster

PLACE = "/etc/accounting"
DATABASE = "slurm_jobs"
PORT = 6819
#: Accounts that run jobs and are nobody's: those of 'muster check' and of mpi-bench.
OTHERS = ("muster-check", "nobody")
#: Fair share counts more than the time that a job waits, at most this many days.
FAIR_SHARE, AGE, MOST_AGE_DAYS = 10000, 1000, 7


def configure(context: muster.Context) -> muster.Steps:
    account = str(context.settings["account"])
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", account) or account == "root":
        raise ValueError(f"the setting account is {account!r}, and must be a name in small letters, and not root")
    return muster.Steps(head=_steps(context, account), scheduler=_scheduler(context))


def _steps(context: muster.Context, account: str) -> list[muster.Step]:
    people = {"cluster": context.cluster.name, "account": account,
              "people": [*sorted(user.name for user in context.cluster.users), *OTHERS]}
    files = {"database.cnf": _database(context), "database.sql": f"CREATE DATABASE IF NOT EXISTS {DATABASE};\n",
             "slurmdbd.conf": _slurmdbd(context), "slurm.conf": _client(context),
             "people.json": json.dumps(people, indent=1) + "\n"}
    steps: list[muster.Step] = [
        # Debian's own would look for its settings elsewhere.
        muster.Unit("slurmdbd.service", enabled=False), muster.Service("slurmdbd.service", running=False),
        muster.Directory(PLACE)]
    steps += [muster.File(f"{PLACE}/{name}", text) for name, text in files.items()]
    watched = {"accounting-database.service": ["database.cnf", "database.sql"],
               # It has a copy of the scheduler's key.
               "accounting-slurmdbd.service": ["slurmdbd.conf", "slurm.conf", "/etc/slurm/slurm.key"],
               "accounting-people.service": ["people.json"]}
    steps += [muster.UnitFile(unit) for unit in watched]
    for unit, names in watched.items():
        steps += [muster.Unit(unit), muster.Service(unit, watches=[os.path.join(PLACE, name) for name in names])]
    return steps


def _database(context: muster.Context) -> str:
    # What slurmdbd asks for (accounting.html of Slurm). 'init_file' makes the database: slurmdbd's own attempt fails
    # with MariaDB's client 11.8.
    return f"""[mariadbd]
socket=/run/accounting-database/socket
skip_networking
init_file={PLACE}/database.sql
innodb_buffer_pool_size={context.settings["memory_megabytes"]}M
innodb_lock_wait_timeout=900
innodb_log_file_size=64M
max_allowed_packet=64M
performance_schema=off
"""


def _slurmdbd(context: muster.Context) -> str:
    months = int(context.settings["keep_months"])
    kept = ("Event", "Job", "Resv", "Step", "Suspend", "TXN", "Usage")
    purges = "".join(f"Purge{what}After={months}months\n" for what in kept) if months else ""
    private = "PrivateData=jobs,usage,users\n" if context.settings["private"] else ""
    return f"""# Made by Muster's extension 'accounting'. Changes made here are lost.
AuthType=auth/slurm
DbdHost={context.cluster.head.hostname}
DbdPort={PORT}
SlurmUser=slurm
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc={DATABASE}
PidFile=/run/slurmdbd/slurmdbd.pid
{private}{purges}"""


def _client(context: muster.Context) -> str:
    """For sacctmgr, before the scheduler knows of the database."""
    head = context.cluster.head
    return f"""ClusterName={context.cluster.name}
SlurmctldHost={head.hostname}({head.address})
SlurmUser=slurm
AuthType=auth/slurm
CredType=cred/slurm
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={PORT}
"""


def _scheduler(context: muster.Context) -> dict[str, str | int]:
    lines: dict[str, str | int] = {
        "AccountingStorageType": "accounting_storage/slurmdbd",
        # Nodes ask for past jobs, too.
        "AccountingStorageHost": context.cluster.head.address,
        "AccountingStoragePort": PORT,
        # Beside processors, memory and nodes.
        "AccountingStorageTRES": "gres/gpu"}
    if context.settings["limits"]:
        lines["AccountingStorageEnforce"] = "associations,limits,qos"
    if context.settings["fair_share"]:
        lines.update(PriorityType="priority/multifactor", PriorityWeightFairshare=FAIR_SHARE, PriorityWeightAge=AGE,
                     PriorityMaxAge=f"{MOST_AGE_DAYS}-0",
                     PriorityDecayHalfLife=f"{context.settings['half_life_days']}-0")
    return lines
