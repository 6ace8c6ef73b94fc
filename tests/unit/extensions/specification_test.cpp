#include "extensions/specification.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/spec/reference.h"
#include "extensions/scheduler_settings.h"

namespace muster::extensions {
namespace {

constexpr const char* kPage = MUSTER_SOURCE "/docs/extensions.md";

const std::string kProject =
    "schema: 1\nname: motd\nversion: 1.2.0\napi: 1\ntype: tool\nlanguage: shell\n"
    "summary: A message of the day\nmaintainer: Ada Lovelace <ada@example.org>\nlicense: MIT\n"
    "hooks: [configure]\nrights:\n  - place: node\n    files: [/etc/motd]\n    reason: people see "
    "it\n";
const std::string kHash(64, 'a');

std::string packed(const std::string& project, const std::vector<PackedFile>& files) {
  return project + render_packed({.sha256 = kHash, .size = 200}, files);
}

const PackedFile kHook = {
    .path = "hooks/configure", .sha256 = kHash, .size = 12, .executable = Executable::yes};

std::vector<std::string> problems_of(const std::string& text, Form form = Form::package) {
  std::vector<std::string> all;
  for (const spec::Diagnostic& problem : parse_specification(text, "f", form).problems) {
    all.push_back(spec::to_string(problem));
  }
  return all;
}

TEST(Specification, says_all_without_the_archive) {
  const auto outcome = parse_specification(packed(kProject, {kHook}), "f", Form::package);
  ASSERT_TRUE(outcome.specification) << to_string(outcome.problems.front());
  EXPECT_EQ(title(*outcome.specification), "motd-1.2.0");
  EXPECT_EQ(outcome.specification->files, std::vector<PackedFile>{kHook});
  EXPECT_EQ(outcome.specification->archive.size, 200U);
  EXPECT_EQ(outcome.specification->rights.front().files, std::vector<std::string>{"/etc/motd"});
}

TEST(Specification, tells_everything_that_is_wrong_at_once_with_places) {
  const auto problems = problems_of(
      "schema: 1\nname: Motd\nversion: 1.2\napi: 7\ntype: game\nlanguage: shell\nsumary: x\n"
      "maintainer: ada\nlicense: MIT\nhooks: []\n",
      Form::project);
  ASSERT_EQ(problems.size(), 8U) << join(problems, "\n");
  EXPECT_TRUE(problems[0].starts_with("f:1:1: summary is missing")) << problems[0];
  EXPECT_TRUE(problems[1].starts_with("f:2:7: name: 'Motd' is not a name; did you mean 'motd'?"));
  EXPECT_TRUE(problems[2].starts_with("f:3:10: version: '1.2' is not a version"));
  EXPECT_TRUE(problems[3].starts_with("f:4:6: api: 7 is newer than this Muster")) << problems[3];
  EXPECT_TRUE(problems[4].starts_with("f:5:7: type: 'game' is not a type"));
  EXPECT_TRUE(problems[5].starts_with("f:7:1: unknown key 'sumary'; did you mean 'summary'?"));
  EXPECT_TRUE(problems[6].starts_with("f:8:13: maintainer: 'ada' is not a maintainer"));
}

TEST(Specification, of_a_project_has_no_hashes_and_of_a_package_has_them) {
  const auto in_project = problems_of(packed(kProject, {kHook}), Form::project);
  ASSERT_EQ(in_project.size(), 2U);
  EXPECT_TRUE(in_project[0].contains("'muster ext pack' writes it")) << in_project[0];
  EXPECT_FALSE(problems_of(kProject).empty());
}

TEST(Specification, has_the_program_of_each_hook) {
  for (const PackedFile& hook :
       {PackedFile{.path = "hooks/other", .sha256 = kHash, .executable = Executable::yes},
        PackedFile{.path = "hooks/configure", .sha256 = kHash}}) {
    const auto problems = problems_of(packed(kProject, {hook}));
    ASSERT_EQ(problems.size(), 1U);
    const bool is_there = hook.path == "hooks/configure";
    EXPECT_TRUE(problems[0].contains(is_there ? "'hooks/configure' is not executable"
                                              : "no program 'hooks/configure'"))
        << problems[0];
  }
}

TEST(Specification, in_python_has_its_module_once) {
  std::string text = kProject;
  text.replace(text.find("language: shell"), 15, "language: python");
  for (const std::string module : {"extension.py", "extension.pyc", "extension/__init__.py"}) {
    EXPECT_TRUE(problems_of(packed(text, {{.path = module, .sha256 = kHash}})).empty()) << module;
  }
  const auto none = problems_of(packed(text, {{.path = "motd.py", .sha256 = kHash}}));
  EXPECT_TRUE(none.at(0).contains("no module 'extension.py'")) << none.at(0);
  const auto two = problems_of(packed(text, {{.path = "extension.py", .sha256 = kHash},
                                             {.path = "extension.pyc", .sha256 = kHash}}));
  EXPECT_TRUE(two.at(0).contains("extension.py, extension.pyc are all the module")) << two.at(0);
}

TEST(Specification, asks_for_something_where_it_asks) {
  const auto problems = problems_of(kProject + "  - place: head\n    reason: y\n", Form::project);
  ASSERT_EQ(problems.size(), 1U) << join(problems, "\n");
  EXPECT_TRUE(problems[0].contains("it asks for nothing")) << problems[0];
  const std::string more =
      "  - place: head\n    directories: [/srv/motd]\n    units: [motd.service, a@b.timer]\n    "
      "reason: y\n";
  EXPECT_TRUE(problems_of(kProject + more, Form::project).empty());
  for (const std::string unit : {"motd", "muster-apply.service", ".service", "a b.service"}) {
    std::string text = kProject + more;
    text.replace(text.find("motd.service"), 12, '"' + unit + '"');
    EXPECT_FALSE(problems_of(text, Form::project).empty()) << unit;
  }
}

TEST(Specification, runs_programs_on_nodes_and_none_on_the_head) {
  const std::string right = "  - place: node\n    commands: [/usr/bin/uptime]\n    reason: y\n";
  EXPECT_TRUE(problems_of(kProject + right, Form::project).at(0).contains("hooks in shell"));
  std::string project = kProject;
  project.replace(project.find("language: shell"), 15, "language: python");
  EXPECT_TRUE(problems_of(project + right, Form::project).empty());
  std::string on_head = project + right;
  on_head.replace(on_head.rfind("place: node"), 11, "place: head");
  const auto problems = problems_of(on_head, Form::project);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].contains("runs no programs on the head")) << problems[0];
  for (const std::string program : {"uptime", "/usr/../bin/uptime", "/usr/bin/", "\"/bin/a b\""}) {
    std::string text = project + right;
    text.replace(text.find("/usr/bin/uptime"), 15, program);
    EXPECT_FALSE(problems_of(text, Form::project).empty()) << program;
  }
}

TEST(Specification, has_verbs_with_who_does_them) {
  const std::string verbs = "verbs:\n  - name: report\n    about: x\n";
  std::string text = kProject;
  text.replace(text.find("[configure]"), 11, "[configure, run]");
  EXPECT_TRUE(problems_of(text + verbs, Form::project).empty());
  EXPECT_TRUE(problems_of(text, Form::project).at(0).contains("there are none"));
  EXPECT_TRUE(problems_of(kProject + verbs, Form::project).at(0).contains("add 'run' to 'hooks'"));
  EXPECT_FALSE(
      problems_of(text + verbs + "  - name: report\n    about: y\n", Form::project).empty());
  EXPECT_FALSE(problems_of(kProject + "tick_seconds: 9\n", Form::project).empty());
  EXPECT_FALSE(problems_of(kProject + "reads: [secrets]\n", Form::project).empty());
}

TEST(Specification, is_not_called_as_the_cluster_is) {
  std::string text = kProject;
  text.replace(text.find("name: motd"), 10, "name: muster");
  EXPECT_FALSE(problems_of(text, Form::project).empty());
}

TEST(Specification, asks_for_a_unit_with_its_files) {
  const std::string place = "  - place: head\n    reason: y\n";
  for (const std::string file :
       {"/etc/systemd/system/lamp.service", "/etc/systemd/system/slurmctld.service.d/x.conf",
        "/usr/lib/systemd/system/a.timer", "/etc/systemd/system/multi-user.target.wants/x"}) {
    const auto problems =
        problems_of(kProject + place + "    files: [" + file + "]\n", Form::project);
    ASSERT_EQ(problems.size(), 1U) << file;
    EXPECT_TRUE(problems[0].contains("changes what the unit '")) << problems[0];
  }
  EXPECT_TRUE(problems_of(kProject + place +
                              "    files: [/etc/systemd/system/lamp.service]\n    units: "
                              "[lamp.service]\n",
                          Form::project)
                  .empty());
}

TEST(Specification, asks_for_the_same_path_in_both_places) {
  EXPECT_TRUE(problems_of(kProject + "  - place: head\n    files: [/etc/motd]\n    reason: y\n",
                          Form::project)
                  .empty());
}

TEST(Specification, says_why_a_path_can_be_nobodys) {
  const auto why = [](const std::string& path) {
    std::string text = kProject;
    text.replace(text.find("/etc/motd"), 9, path);
    const auto problems = problems_of(text, Form::project);
    return problems.empty() ? std::string() : problems[0];
  };
  EXPECT_TRUE(why("/var/run").contains("goes through /var/run, which is a link"));
  EXPECT_TRUE(why("/lib/x").contains("goes through /lib, which is a link"));
  EXPECT_TRUE(why("/tmp/x").contains("where others write too"));
  EXPECT_TRUE(why("/etc/systemd/system.control/musterd.service").contains("others write too"));
  EXPECT_TRUE(why("/run/systemd/system/x.service").contains("is in /run/systemd"));
  EXPECT_TRUE(why("/proc/1/root/etc/motd").contains("is in /proc"));
  EXPECT_TRUE(why("/etc").contains("has something of Muster's below it"));
  EXPECT_TRUE(why("/etc/systemd/system/musterd.service.d/x").contains("is Muster's"));
  EXPECT_TRUE(why("/usr/lib").contains("has something of Muster's below it"));
  EXPECT_EQ(why("/etc/muster-of-mine"), "");
}

TEST(Specification, has_settings_whose_defaults_they_allow) {
  const auto problem = [](const std::string& more) {
    const auto problems =
        problems_of(kProject + "settings:\n  - name: lamp\n    about: x\n" + more, Form::project);
    return problems.empty() ? std::string() : problems[0];
  };
  EXPECT_EQ(problem("    type: text\n    default: \"\"\n"), "");
  EXPECT_EQ(problem("    type: integer\n    default: 3\n    minimum: 1\n    maximum: 9\n"), "");
  EXPECT_EQ(problem("    type: flag\n    default: no\n"), "");
  EXPECT_EQ(problem("    type: choice\n    default: a\n    choices: [a, b]\n"), "");
  EXPECT_TRUE(problem("    type: integer\n    default: 0\n    minimum: 1\n").contains("no value"));
  EXPECT_TRUE(problem("    type: flag\n    default: maybe\n").contains("no value"));
  EXPECT_TRUE(problem("    type: choice\n    default: a\n").contains("no choices"));
  EXPECT_TRUE(problem("    type: choice\n    default: c\n    choices: [a]\n").contains("no value"));
  EXPECT_TRUE(
      problem("    type: text\n    default: a\n    choices: [a]\n").contains("only a choice"));
  EXPECT_TRUE(
      problem("    type: text\n    default: a\n    minimum: 1\n").contains("only an integer"));
  EXPECT_TRUE(problem("    type: text\n").contains("default is missing"));
  EXPECT_TRUE(problem("    type: integer\n    default: 3\n    minimum: 9\n    maximum: 1\n")
                  .contains("the minimum is more than the maximum"));
}

TEST(Specification, names_other_extensions_once_and_not_itself) {
  const auto outcome = parse_specification(
      kProject +
          "requires:\n  - extension: base\n    version: \">=1.2.0 <2.0.0\"\n  - extension: b2\n",
      "f", Form::project);
  ASSERT_TRUE(outcome.specification) << to_string(outcome.problems.front());
  EXPECT_EQ(outcome.specification->requirements.at(0).versions.bounds.size(), 2U);
  EXPECT_TRUE(outcome.specification->requirements.at(1).versions.bounds.empty());
  for (const std::string more :
       {"requires:\n  - extension: motd\n",
        "requires:\n  - extension: base\nconflicts:\n  - extension: base\n",
        "conflicts:\n  - extension: base\n    version: new\n", "requires:\n  - version: \"*\"\n"}) {
    EXPECT_EQ(problems_of(kProject + more, Form::project).size(), 1U) << more;
  }
}

TEST(Specification, asks_for_each_thing_once) {
  const std::string twice =
      kProject + "  - place: node\n    files: [/etc/issue, /etc/motd]\n    reason: y\n";
  const auto problems = problems_of(twice, Form::project);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_TRUE(problems[0].starts_with("f:16:")) << problems[0];
  EXPECT_TRUE(problems[0].contains("path '/etc/motd' comes twice"));
  const std::string below = kProject + "  - place: node\n    files: [/etc/motd/x]\n    reason: y\n";
  EXPECT_TRUE(problems_of(below, Form::project).at(0).contains("lies below the file '/etc/motd'"));
  EXPECT_FALSE(problems_of(packed(kProject, {kHook, kHook})).empty());
}

TEST(Specification, names_paths_that_lead_nowhere_else) {
  for (const std::string path :
       {"/etc/../etc/shadow", "etc/motd", "/etc/motd/", "/", "/etc//motd", "/etc/a b",
        "/etc/muster/cluster.yaml", "/var/lib/muster-extensions/x/grant.json", "/run/muster",
        "/var", "/bin/sh"}) {
    std::string text = kProject;
    text.replace(text.find("/etc/motd"), 9, '"' + path + '"');
    EXPECT_FALSE(problems_of(text, Form::project).empty()) << path;
  }
  for (const std::string path : {"../a", "/a", "a/./b", "a b"}) {
    EXPECT_FALSE(problems_of(packed(kProject, {kHook, {.path = path, .sha256 = kHash}})).empty())
        << path;
  }
}

TEST(Specification, what_pack_writes_is_read_as_it_was) {
  const std::vector<PackedFile> files = {
      {.path = "%a", .sha256 = kHash, .size = 0},
      {.path = "~", .sha256 = kHash, .size = 1},
      {.path = "@b/-c", .sha256 = kHash, .size = 2, .executable = Executable::yes},
      kHook};
  const auto outcome = parse_specification(packed(kProject, files), "f", Form::package);
  ASSERT_TRUE(outcome.specification) << to_string(outcome.problems.front());
  EXPECT_EQ(outcome.specification->files, files);
}

/// What is between two lines of the page.
std::string part_of_page(std::string_view after, std::string_view before) {
  const std::string page = os::read_file(kPage).value();
  const std::size_t start = page.find(after) + after.size();
  return page.substr(start, page.find(before, start) - start);
}

/// A table of all keys, and one for each key that has keys in it.
std::string render_keys() {
  const auto fields = specification_fields(Form::package);
  std::string text = "\n" + spec::render_keys_table(fields);
  for (const spec::Field& field : fields) {
    if (field.fields.empty()) continue;
    text += std::format("\nIn `{}`:\n\n{}", field.text.key, spec::render_keys_table(field.fields));
  }
  return text + "\n";
}

TEST(Specification, sets_keys_of_the_scheduler_on_the_head_once) {
  const auto problems_of = [](const std::string& rights) {
    const std::string text = kProject.substr(0, kProject.find("rights:")) + "rights:\n" + rights;
    const auto outcome = parse_specification(text, "f", Form::project);
    return outcome.problems.empty() ? std::string() : to_string(outcome.problems.front());
  };
  const std::string head = "  - place: head\n    scheduler: [Licenses]\n    reason: a test\n";
  EXPECT_EQ(problems_of(head), "");
  EXPECT_TRUE(problems_of(head + head).contains("key 'Licenses' comes twice"));
  EXPECT_TRUE(problems_of("  - place: node\n    scheduler: [Licenses]\n    reason: a test\n")
                  .contains("nodes have the head's slurm.conf"));
  EXPECT_TRUE(problems_of("  - place: head\n    scheduler: [Prolog]\n    reason: a test\n")
                  .contains("Prolog"));
}

TEST(Specification, the_page_has_the_keys_of_the_scheduler) {
  std::string keys;
  for (const std::string_view key : scheduler_keys()) {
    keys += std::format("{}`{}`", keys.empty() ? "" : ", ", key);
  }
  std::string page = part_of_page("would not start:\n\n", ".\n\n## Programs on nodes");
  std::ranges::replace(page, '\n', ' ');
  EXPECT_EQ(page, keys);
}

TEST(Specification, the_page_has_the_keys_of_the_table) {
  EXPECT_EQ(part_of_page("<!-- keys -->\n", "## What an archive"), render_keys())
      << "put this between both";
}

TEST(Specification, the_example_of_the_page_is_one) {
  // Before it is one of cluster.yaml.
  const std::string example = "schema: 1\n" + part_of_page("```yaml\nschema: 1\n", "```");
  const auto outcome = parse_specification(example, "the page", Form::project);
  EXPECT_TRUE(outcome.specification) << to_string(outcome.problems.front());
}

}  // namespace
}  // namespace muster::extensions
