#!/usr/bin/env python3
"""What is touched to add something: growth_test.py SOURCE BUILD

Adds a room's steps, a kind of step, a page and a verb, each to a copy of the project: the new files of a folder beside this
program, and a few lines in files that are there. ARCHITECTURE.md promises that these are two files at most, and names them;
the compiler says whether the rest of the project takes it."""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SOURCE, BUILD = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
ROOMS = ["apps", "cmake", "control", "core", "explain", "extensions", "head", "hpc", "iso", "operations", "plans", "provisioning", "storage"]
MOST = 2
# Of each: a text that is in a file, and the text that takes its place.
EDITS = {
    "driver": [("core/spec/storage_driver.h", "enum class StorageDriver { nfs };", "enum class StorageDriver { nfs, local };"),
               ("core/spec/storage_driver.h", 'std::array<std::string_view, 1> kStorageDriverWords = {"nfs"};',
                'std::array<std::string_view, 2> kStorageDriverWords = {"nfs", "local"};'),
               ("storage/driver.h", "extern const Driver kNfs;", "extern const Driver kNfs;\nextern const Driver kLocal;"),
               ("storage/driver.h", "kDrivers = {&kNfs};", "kDrivers = {&kNfs, &kLocal};")],
    "room": [("plans/CMakeLists.txt", " extensions)", " extensions greetings)"),
             ("plans/planners.cpp", "extern const Planner kJobs;", "extern const Planner kJobs;\nextern const Planner kGreetings;"),
             ("plans/planners.cpp", "&kSsh,    &kJobs, &kExtensions}", "&kSsh,    &kJobs, &kGreetings, &kExtensions}"),
             ("plans/planners.cpp", "&kJobs,   &kExtensions}", "&kJobs,   &kExtensions, &kGreetings}")],
    "kind": [("core/plan/step.h", "Unit, Service, RunCommand>;", "Unit, Service, RunCommand, SetKernel>;"),
             ("core/plan/step.h", '#include "core/plan/kinds/link.h"', '#include "core/plan/kinds/kernel_setting.h"\n#include "core/plan/kinds/link.h"'),
             ("core/apply/kinds.h", "EffectResult make_true(const plan::RemoveFile& step, Machine& machine);",
              "EffectResult make_true(const plan::RemoveFile& step, Machine& machine);\n"
              "EffectResult make_true(const plan::SetKernel& step, Machine& machine);\n"
              "Result<Sight> see(const plan::SetKernel& step, Target& target);\n"
              "EffectResult take_back(const plan::SetKernel& step, TakingBack& back);")],
    "page": [("control/api/api.h", "  os::ServerResponse profiles(", "  os::ServerResponse greeting(const os::ServerRequest& request);\n  os::ServerResponse profiles("),
             ("control/api/routes.cpp", '      Route{Role::viewer,\n            "GET",\n            "/v1/profiles"',
              '      Route{Role::viewer, "GET", "/v1/greeting", &Api::greeting,\n'
              '            {.about = "greets", .answer = schemas::kGreeting}},\n'
              '      Route{Role::viewer,\n            "GET",\n            "/v1/profiles"'),
             ("control/api/routes.cpp", '#include "control/api/node_schemas.h"',
              '#include "control/api/greeting_schemas.h"\n#include "control/api/node_schemas.h"')],
    "verb": [("apps/muster/commands.h", "void add_job(CLI::App& app, Session& session);", "void add_greet(CLI::App& app, Session& session);\nvoid add_job(CLI::App& app, Session& session);"),
             ("apps/muster/main.cpp", "  cli::add_job(app, session);", "  cli::add_greet(app, session);\n  cli::add_job(app, session);")],
    "task": [("apps/agent/main.cpp", "&shutdown, &node_return};", "&shutdown, &node_return, &trim};"),
             ("apps/agent/main.cpp", "  channel::ExecService exec(runner);", "  channel::ExecService exec(runner);\n  storage::TrimService trim;"),
             ("apps/agent/main.cpp", '#include "provisioning/agent/stage_one.h"',
              '#include "provisioning/agent/stage_one.h"\n#include "storage/trim_service.h"')],
}
# What is compiled beside the new files: who must know of it.
KNOW = {
    "driver": ["storage/volumes.cpp", "core/spec/values.cpp"],
    "room": ["plans/planners.cpp"],
    "kind": ["core/plan/plan.cpp", "core/plan/step_json.cpp", "core/apply/apply.cpp", "core/apply/former.cpp",
             "core/apply/undo.cpp", "head/policy.cpp"],
    "page": ["control/api/routes.cpp"],
    "verb": ["apps/muster/main.cpp"],
    "task": ["apps/agent/main.cpp"],
}
# The library that a room's files belong to; of a room that is new, one that is compiled in the same way.
LIBRARIES = {"plans": "muster_plans", "storage": "muster_storage", "core/spec": "muster_spec",
             "core/plan": "muster_plan", "core/apply": "muster_apply",
             "head": "muster_head", "control/api": "muster_api", "apps/muster": "muster_cli", "apps/agent": "muster-agent",
             "greetings": "muster_storage"}


def words_for(path):
    """How a file of this room is compiled, without the file itself."""
    room = max((room for room in LIBRARIES if path.startswith(room + "/")), key=len)
    commands = json.loads((BUILD / "compile_commands.json").read_text(encoding="utf-8"))
    entry = next((each for each in commands if f"/{LIBRARIES[room]}.dir/" in each["command"]), None)
    if entry is None:
        raise AssertionError(f"no file of '{LIBRARIES[room]}' in {BUILD}/compile_commands.json")
    words = shlex.split(entry["command"])
    end = words.index("-o")
    return [word for word in words[:end] if word != "ccache"], entry["directory"]


class Growth(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.place = pathlib.Path(scratch.name).resolve()
        for room in ROOMS:
            shutil.copytree(SOURCE / room, self.place / room)

    def edit(self, kind):
        """Makes the changes; the files that were touched."""
        for path, old, text in EDITS[kind]:
            file = self.place / path
            now = file.read_text(encoding="utf-8")
            self.assertEqual(now.count(old), 1, f"'{path}' has not once: {old}")
            file.write_text(now.replace(old, text), encoding="utf-8")
        return sorted({path for path, _, _ in EDITS[kind]})

    def compile(self, path):
        words, directory = words_for(path)
        words = [f"-I{self.place}" if word == f"-I{SOURCE}" else word for word in words]
        done = subprocess.run([*words, "-fsyntax-only", self.place / path], cwd=directory, capture_output=True, text=True,
                              check=False)
        return path, done

    def grow(self, kind):
        folder = HERE / kind / "new"
        shutil.copytree(folder, self.place, dirs_exist_ok=True)
        new = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        for path in new:
            self.assertFalse((SOURCE / path).exists(), f"'{path}' is there already")
        touched = self.edit(kind)
        self.assertLessEqual(len(touched), MOST)
        table = (SOURCE / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## To add something")[1].split("\n## ")[0]
        for path in touched:
            self.assertIn(f"`{path}`", table, "the table does not name what is touched")
        with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as beside:
            sources = [path for path in new if path.endswith(".cpp")] + KNOW[kind]
            for path, done in beside.map(self.compile, sources):
                self.assertEqual(done.returncode, 0, f"{path}: {done.stderr[:4000]}")

    def test_a_way_to_share_volumes(self):
        self.grow("driver")

    def test_a_room_that_wants_steps(self):
        self.grow("room")

    def test_a_kind_of_step(self):
        self.grow("kind")

    def test_a_page_of_the_api(self):
        self.grow("page")

    def test_a_verb(self):
        self.grow("verb")

    def test_a_task_of_nodes(self):
        self.grow("task")

    def test_a_kind_that_nobody_makes_true_does_not_compile(self):
        shutil.copytree(HERE / "kind" / "new", self.place, dirs_exist_ok=True)
        for path, old, text in EDITS["kind"]:
            if path == "core/plan/step.h":
                file = self.place / path
                file.write_text(file.read_text(encoding="utf-8").replace(old, text), encoding="utf-8")
        _, done = self.compile("core/apply/apply.cpp")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, re.compile("make_true.*SetKernel", re.DOTALL))


if __name__ == "__main__":
    unittest.main()
