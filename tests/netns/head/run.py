#!/usr/bin/env python3
"""The head's daemons as machines on the wire meet them: run.py --musterd PROGRAM --muster PROGRAM --agent PROGRAM
[TEST…]

Runs the real musterd, nginx and dnsmasq in namespaces that end with it. A TEST is MODULE,
MODULE.CLASS or MODULE.CLASS.NAME as in unittest. Status 3: something that it needs is missing."""

import argparse
import importlib
import os
import pathlib
import shutil
import sys
import tempfile
import unittest

from client import Client
from head import Head
from room import MACHINES, HeadTest
from wire import Wire

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = ("nginx", "dnsmasq", "curl", "openssl", "busybox", "udhcpc", "nsenter", "setpriv", "ss", "clush", "nodeset")


def find_missing():
    """What keeps the test from running here; None when nothing does."""
    if os.geteuid() != 0:
        return "root is needed to make network namespaces"
    return next((f"{name} is not installed" for name in PROGRAMS if shutil.which(name) is None), None)


def chosen_tests(names):
    loader = unittest.TestLoader()
    if not names:
        names = sorted(path.stem for path in HERE.glob("*_test.py"))
    for name in names:
        importlib.import_module(name.partition(".")[0])
    return loader.loadTestsFromNames(names)


def run_tests(programs, tests):
    """Whether all passed, and the daemons ended well."""
    with tempfile.TemporaryDirectory(prefix="muster-head") as logs, Wire(MACHINES) as wire:
        HeadTest.wire = wire
        HeadTest.head = Head(wire["head"], programs.musterd, programs.muster, logs)
        shutil.copy(programs.agent, wire["twin"].path("/usr/bin/muster-agent"))
        HeadTest.head.start()
        Client.secrets = HeadTest.head.secrets()
        passed = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests).wasSuccessful()
        try:
            HeadTest.head.stop()
        except AssertionError as error:
            print(f"FAILED: {error}")
            passed = False
        if not passed:
            for log in sorted(pathlib.Path(logs).glob("*.log")):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-6000:]}")
        return passed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--musterd", required=True)
    parser.add_argument("--muster", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("tests", nargs="*")
    options = parser.parse_args()
    missing = find_missing()
    if missing:
        print(f"skipped: {missing}")
        return 3
    return 0 if run_tests(options, chosen_tests(options.tests)) else 1


if __name__ == "__main__":
    sys.exit(main())
