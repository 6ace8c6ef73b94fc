#!/usr/bin/env python3
"""What lint.py finds in a small tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

LINT = pathlib.Path(__file__).resolve().parent / "lint.py"


class Lint(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = pathlib.Path(scratch.name)
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        self.write(".gitignore", "build/\n")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def breaches(self, check):
        done = subprocess.run([sys.executable, LINT, check, self.root], capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1 if done.stdout.strip() else 0)
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    def test_a_long_file_of_any_kind_is_found_before_it_is_added(self):
        for name in ["iso/a.cpp", "bench/a.py"]:
            self.write(name, "x\n" * 401)
        self.write("tools/a", "#!/bin/bash\n" + "x\n" * 400)
        self.assertEqual([line.split(":")[0] for line in self.breaches("length")],
                         ["bench/a.py", "iso/a.cpp", "tools/a"])

    def test_a_file_of_allowed_length_and_what_is_no_program_are_passed_over(self):
        self.write("iso/a.cpp", "x\n" * 400)
        self.write("docs/a.md", "x\n" * 401)
        self.write("build/a.cpp", "x\n" * 401)
        self.assertEqual(self.breaches("length"), [])

    def test_a_room_is_checked_before_a_file_is_added(self):
        self.write("ARCHITECTURE.md", "## Rooms\n\n| folder | owns | uses |\n|---|---|---|\n| `core/base` | a | nothing |\n"
                   "| `iso/` | b | base |\n| `lab/` | c | core |\n| `apps/`, `bench/` | d | all |\n\n## More\n")
        self.write("iso/a.cpp", '#include "lab/lab.h"\n#include "core/base/text.h"\n')
        self.write("bench/a.cpp", '#include "lab/lab.h"\n')
        self.write("core/base/a.h", '#include "iso/a.h"\n')
        self.write("other/a.h", "")
        self.write("iso/deep/CMakeLists.txt", "")
        self.write("lab/a.cpp", "namespace muster::iso {\n")
        self.write("lab/deep/b.cpp", "namespace muster::lab::text {\n")
        self.assertEqual([line.split(":")[0] for line in self.breaches("rooms")],
                         ["iso/deep", "core/base/a.h", "iso/a.cpp", "lab/a.cpp", "other/a.h"])

    def test_doors(self):
        for line in ["const int fd = open(path.c_str(), O_RDONLY);",
                     "const int fd = ::openat(at, name, O_WRONLY | O_CREAT, 0600);",
                     "FILE* file = fopen(name, mode);",
                     "const int fd = ::socket(AF_INET, SOCK_STREAM, 0);",
                     "const auto now = std::chrono::system_clock::now();",
                     "const auto now = Clock::now();",
                     "const auto age = fs::file_time_type::clock::now() - written;",
                     "clock_gettime(CLOCK_REALTIME, &now);",
                     "const passwd* account = getpwnam(name.c_str());", "getgrgid_r(gid, &entry, buffer, size, &found);",
                     "setpwent();", "fork();"]:
            self.write("iso/a.cpp", line + "\n")
            self.assertEqual(len(self.breaches("doors")), 1, line)

    def test_what_looks_like_a_door_and_is_none(self):
        for line in ["auto store = LayerStore::open(folder);", "static Result<Lab> open(const Path& path);",
                     "TRY(download.open());", 'say("open( it with fork() at O_RDONLY");',
                     "const auto socket = os::PacketSocket::open(kProtocol);", "plan.connect(node);",
                     "os::connect(path);", "setgid(gid);", "os::find_user(name);", "compare(system, fork);", "// fork() is of the kernel"]:
            self.write("iso/a.cpp", line + "\n")
            self.assertEqual(self.breaches("doors"), [], line)

    def test_a_name_that_two_files_of_a_folder_define(self):
        for one, other in [("constexpr int kFirst = 1;", "constexpr std::string_view kFirst = \"a\";"),
                           ("class Reader {", "class Reader final : public Base {"), ("using Kind = A::Kind;", "using Kind = B::Kind;"),
                           ("void show(const std::string& text) {", "int show(const std::string& line,\n         int n = 1) {\n")]:
            for name, line in (("a.cpp", one), ("b.cpp", other)):
                self.write(f"iso/{name}", f"namespace {{\n\n{line}\n\n}}  // namespace\n")
            found = self.breaches("names")
            self.assertEqual(len(found), 0 if "int n" in other else 1, line)
        self.write("lab/b.cpp", "namespace {\n\nusing Kind = A::Kind;\nclass Reader {\n\n}  // namespace\n")
        self.write("iso/b.cpp", "namespace {\n\nvoid show(const std::string& other) {\n\n}  // namespace\n")
        self.assertEqual(self.breaches("names"), ["iso/b.cpp:3: show(const std::string&) is defined in iso/a.cpp as well"])

    def test_an_alias_of_one_meaning_is_no_second_name(self):
        for name in ["iso/a.cpp", "iso/b.cpp"]:
            self.write(name, "namespace {\n\nusing nlohmann::json;\nusing Lines = std::vector<Line>;\n\n}  // namespace\n")
        self.assertEqual(self.breaches("names"), [])

    def test_a_page_wider_than_others(self):
        wide = "word " * 30
        self.write("docs/page.md", f"short\n{wide}\n    {wide}\n| {wide} |\n```\n{wide}\n```\n")
        self.assertEqual(self.breaches("width"), ["docs/page.md:2: is wider than 120; wrap the paragraph"])

    def test_private_verbs_and_second_words_of_a_page(self):
        for text, phrase in [("The node holds the plan.", "holds"), ("It was\nheard a minute ago.", "heard"),
                             ("What stands in the file.", "stands"), ("Unknown names are passed\nover.", "passed over"),
                             ("The plan is made true.", "is made true"), ("Boot the medium.", "medium"),
                             ("Another specification.", "specification"), ("Check the NIC.", "NIC"), ("On the nodes' wire.", "wire"),
                             ("A network\ninterface.", "network interface"), ("- It was said before.", "was said")]:
            self.write("docs/a.md", "# A\n\nA line.\n" + text + "\n")
            found = self.breaches("words")
            self.assertEqual(len(found), 1, text)
            self.assertRegex(found[0], rf"docs/a\.md:[45]: '{phrase}': write ")

    def test_every_page_for_users_is_read(self):
        pages = ["CHANGELOG.md", "README.md", "docs/a.md", "docs/man/a.1", "docs/reference/a.md"]
        for page in pages:
            self.write(page, "It holds.\n")
        self.assertEqual([line.split(":")[0] for line in self.breaches("words")], pages)

    def test_words_of_the_program_are_no_words_of_a_page(self):
        self.write("docs/a.md", "`holds_plan` and `what\nstands` in [x](medium/holds.md).\n\n    it holds the medium\n\n"
                                "```\nspecification\n```\n\n<!-- heard -->\nAn understanding withholds; see the UEFI\n"
                                "specification.\n")
        self.write("docs/man/a.1", ".Nd a tool\n.It Fl -medium Ar word\nBoots.\n.Bd -literal\nheard\n.Ed\n")
        for page in ["docs/STYLE.md", "docs/glossary.md", "iso/README.md"]:
            self.write(page, "The medium holds.\n")
        self.assertEqual(self.breaches("words"), [])
        self.write("docs/man/a.1", ".Nd a tool for media\n.Pp\nThe head hears it.\n.Sh THE MEDIUM\n")
        self.assertEqual([line.split(": ")[0] for line in self.breaches("words")],
                         ["docs/man/a.1:1", "docs/man/a.1:3", "docs/man/a.1:4"])

    def test_an_indented_line_of_a_list_is_no_code(self):
        self.write("docs/a.md", "- one\n    that holds\n")
        self.assertEqual(len(self.breaches("words")), 1)


if __name__ == "__main__":
    unittest.main()
