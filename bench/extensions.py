"""Hosts of extensions beside a bare Python server, and packages beside tar."""

import contextlib
import hashlib
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time

from bench.figures import BUILD, MUSTER, RELEASE, ROOT, timed

HOST = RELEASE / "exthost/muster-exthost"
PACKAGES = ROOT / "sdk/python"
HOSTS = 100
ROUNDS = 2000
HOSTILE = 1_000_000
# Of the archive that is unpacked.
FILES, FILE_SIZE = 1500, 40_000

SPECIFICATION = """\
schema: 1
name: {name}
version: 1.0.0
api: 1
type: tool
language: python
summary: A benchmark
maintainer: Ada Lovelace <ada@example.org>
license: MIT
"""
HOOKS = "hooks: [configure]\n"
MODULE = """\
def configure(context):
    return {"node": [{"step": "file", "path": "/etc/motd", "content": context.cluster.name}]}
"""
# The same without a host: as short as it can be.
BARE = """\
import json, socket, sys

def configure(told):
    return {"node": [{"step": "file", "path": "/etc/motd", "content": told["cluster"]["name"]}]}

with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(sys.argv[1])
    listener.listen()
    while True:
        line, _ = listener.accept()
        with line, line.makefile("rb") as lines:
            question = json.loads(lines.readline())
            line.sendall(json.dumps({"id": question["id"], "output": configure(question["input"])}).encode() + b"\\n")
"""


def question_for(path):
    """A line for the host of this socket, which answers for its own version only."""
    content = next((path.parent / "store" / path.stem).glob("*/content"), pathlib.Path("/there"))
    return json.dumps({"id": 1, "hook": "configure", "timeout_ms": 30_000, "input": {
        "extension": {"name": "bench", "version": "1.0.0", "directory": str(content)},
        "cluster": {"name": "cluster", "head": {"hostname": "head", "address": "10.42.0.1"},
                    "profiles": [{"name": "default"}]}, "settings": {}}}).encode() + b"\n"


def pack(place, name, module=MODULE, hooks=HOOKS):
    """A packed project. Its specification."""
    project = place / name
    (project / "content").mkdir(parents=True, exist_ok=True)
    (project / "content/extension.py").write_text(module, encoding="utf-8")
    (project / "extension.yaml").write_text(SPECIFICATION.format(name=name) + hooks, encoding="utf-8")
    timed(MUSTER, "ext", "pack", project, "-o", place)
    return place / f"{name}-1.0.0.yaml"


def install(place, name, module=MODULE, hooks=HOOKS):
    """As 'muster ext install' leaves it in the store."""
    text = pack(place, name, module, hooks).read_bytes()
    digest = hashlib.sha256(text).hexdigest()
    directory = place / "store" / name / f"1.0.0-{digest[:8]}-5"
    directory.mkdir(parents=True)
    (directory / "specification.yaml").write_bytes(text)
    (place / name / "content").rename(directory / "content")
    grant = {"schema": 1, "name": name, "version": "1.0.0", "specification": digest, "rights": [], "signer": "", "at_ms": 5}
    (place / "store" / name / "grant.json").write_text(json.dumps(grant), encoding="utf-8")


def ask(path, question):
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(question)
        answer = b""
        while not answer.endswith(b"\n"):
            answer += line.recv(1 << 16)
    if b'"output"' not in answer:
        raise RuntimeError(answer.decode())


def first_answer(path):
    """Asks as soon as somebody listens."""
    question = question_for(path)
    while True:
        try:
            return ask(path, question)
        except (FileNotFoundError, ConnectionRefusedError):
            time.sleep(0.0002)


@contextlib.contextmanager
def running(*command):
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def host(place, name):
    return running(HOST, name, "--store", place / "store", "--socket", place / f"{name}.sock", "--packages", PACKAGES)


def round_trip(path):
    """Microseconds; the median of many."""
    question = question_for(path)
    times = []
    for _ in range(ROUNDS):
        start = time.monotonic()
        ask(path, question)
        times.append(time.monotonic() - start)
    return sorted(times)[ROUNDS // 2] * 1e6


def proportional_mib(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("Pss:"))) / 1024


def measure_one(figures, place):
    install(place, "bench")
    starts = []
    for _ in range(10):
        start = time.monotonic()
        with host(place, "bench"):
            first_answer(place / "bench.sock")
            starts.append(time.monotonic() - start)
    figures.record("extensions: start of a host to its first answer", round(sorted(starts)[5] * 1000, 1), "ms")
    (place / "bare.py").write_text(BARE, encoding="utf-8")
    with host(place, "bench"), running(sys.executable, place / "bare.py", place / "bare.sock"):
        first_answer(place / "bench.sock")
        first_answer(place / "bare.sock")
        bare = round_trip(place / "bare.sock")
        own = round_trip(place / "bench.sock")
    figures.record("extensions: a hook, asked and answered", round(own), "us", goal=1.5, ratio=own / bare,
                   compared_with="a bare Python server")


def measure_many(figures, place):
    names = [f"bench{number:03}" for number in range(HOSTS)]
    for name in names:
        install(place, name)
    with contextlib.ExitStack() as stack:
        start = time.monotonic()
        hosts = [stack.enter_context(host(place, name)) for name in names]
        for name in names:
            first_answer(place / f"{name}.sock")
        figures.record(f"extensions: {HOSTS} hosts, all asked", round(time.monotonic() - start, 2), "s")
        memory = sum(proportional_mib(each.pid) for each in hosts)
        figures.record(f"extensions: memory of {HOSTS} hosts", round(memory), "MiB")


def measure_package(figures, place):
    """Half of what is packed can be compressed."""
    project = place / "large"
    content = project / "content/data"
    content.mkdir(parents=True)
    random_bytes = random.Random(7)
    for number in range(FILES):
        (content / f"f{number}").write_bytes(random_bytes.randbytes(FILE_SIZE // 2) + b"text " * (FILE_SIZE // 10))
    specification = pack(place, "large")
    unpacked = place / "unpacked"
    unpacked.mkdir()
    pairs = []
    for _ in range(5):
        own, _ = timed(MUSTER, "ext", "check", specification)
        tar, _ = timed("tar", "-xzf", specification.with_suffix(".tgz"), "-C", unpacked)
        pairs.append((own, tar))
    own = sorted(each[0] for each in pairs)[2]
    tar = sorted(each[1] for each in pairs)[2]
    figures.record(f"extensions: {FILES} files verified", round(own, 2), "s", goal=1.5, ratio=own / tar,
                   compared_with="tar -xzf")


def try_hostile(figures):
    """What no archive of an extension may be: none of a million is unpacked elsewhere, or as a link."""
    subprocess.run(["cmake", "--build", BUILD / "release", "--target", "bench_hostile"], check=True,
                   stdout=subprocess.DEVNULL)
    seconds, said = timed(BUILD / "release/bench/bench_hostile", HOSTILE, 7)
    tried, taken, outside = (int(word) for word in said.split())
    figures.record("extensions: hostile archives tried", tried, "")
    figures.record("extensions: of these, obey all rules", taken, "")
    figures.record("extensions: of these, entries that would be outside", outside, "", 0)
    figures.record("extensions: time of a hostile archive", round(seconds / tried * 1e6), "us")


def run(figures):
    try_hostile(figures)
    with tempfile.TemporaryDirectory() as place:
        measure_one(figures, pathlib.Path(place))
    with tempfile.TemporaryDirectory() as place:
        measure_many(figures, pathlib.Path(place))
    with tempfile.TemporaryDirectory() as place:
        measure_package(figures, pathlib.Path(place))
