// `muster spec` as people and programs meet it: statuses, and what goes to which output.
#include <format>
#include <gtest/gtest.h>
#include <regex>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

class SpecCommand : public testing::Test {
 protected:
  os::CommandResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {MUSTER_PROGRAM, "spec"});
    os::PosixCommandRunner runner;
    const auto result = runner.run({.argv = std::move(arguments),
                                    .cwd = folder_.path(),
                                    .env = {{"MUSTER_CACHE", folder_.path() / "cache"}},
                                    .input = input_,
                                    .timeout = std::chrono::seconds(60)});
    EXPECT_TRUE(result) << result.error().text();
    return result.value_or(os::CommandResult{.status = 127});
  }

  void write(const std::string& name, std::string_view text) {
    ASSERT_TRUE(os::write_file(folder_.path() / name, text));
  }

  /// The archives' lists, as a build leaves them in its cache.
  void write_lists(std::string_view text) {
    const auto lists = folder_.path() / "cache/apt/lists";
    std::filesystem::create_directories(lists);
    ASSERT_TRUE(os::write_file(lists / "m_dists_trixie_main_binary-amd64_Packages", text));
  }

  std::optional<std::string> input_;

 private:
  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("spec-cli").value();
};

TEST_F(SpecCommand, a_valid_file_is_said_to_be_so) {
  write("a.yaml", "schema: 1\nname: a\n");
  const auto result = run({"check", "a.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "a.yaml: valid: cluster 'a' with its head at 10.42.0.1/16\n");
  EXPECT_EQ(result.err, "");
}

TEST_F(SpecCommand, every_example_of_the_documents_is_valid) {
  const std::filesystem::path examples = MUSTER_SOURCE "/docs/examples";
  const auto names = os::list_directory(examples);
  ASSERT_TRUE(names) << names.error().text();
  EXPECT_FALSE(names->empty());
  for (const std::string& name : *names) {
    const auto result = run({"check", examples / name});
    EXPECT_EQ(result.status, 0) << result.err;
  }
}

TEST_F(SpecCommand, the_parts_that_a_page_shows_are_one_valid_file) {
  const std::regex part("    [a-z]+: +[\\[{].*");
  for (const auto& [page, expected] : {std::pair{"quick-start", 6}, std::pair{"admin-guide", 3}}) {
    const auto text = os::read_file(std::format("{}/docs/{}.md", MUSTER_SOURCE, page));
    ASSERT_TRUE(text) << text.error().text();
    std::string file = "schema: 1\nname: a\n";
    int parts = 0;
    for (const std::string& line : lines(*text)) {
      if (!std::regex_match(line, part)) continue;
      file += line.substr(4) + "\n";
      ++parts;
    }
    EXPECT_EQ(parts, expected) << page;
    write("a.yaml", file);
    const auto result = run({"check", "--strict", "a.yaml"});
    EXPECT_EQ(result.status, 0) << page << ": " << result.err;
  }
}

TEST_F(SpecCommand, remarks_go_to_stderr_and_change_no_status) {
  write("a.yaml", "schema: 1\nname: local\n");
  const auto result = run({"check", "a.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out,
            "a.yaml: valid, with 1 remark: cluster 'local' with its head at 10.42.0.1/16\n");
  EXPECT_EQ(result.err,
            "a.yaml:2:7: remark: name: the cluster's name is its DNS domain, and '.local' has a "
            "meaning of its own in DNS; choose another name, such as 'local-cluster'\n");
}

TEST_F(SpecCommand, strict_takes_remarks_for_problems) {
  write("a.yaml", "schema: 1\nname: local\n");
  const auto result = run({"check", "--strict", "a.yaml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("a.yaml:2:7: name: the cluster's name")) << result.err;
  write("b.yaml", "schema: 1\nname: b\n");
  EXPECT_EQ(run({"check", "--strict", "b.yaml"}).status, 0);
}

TEST_F(SpecCommand, a_package_that_no_archive_has_is_a_remark_where_a_build_has_read_them) {
  write("a.yaml", "schema: 1\nname: a\nhead: {packages: [htpo]}\n");
  EXPECT_EQ(run({"check", "a.yaml"}).err, "") << "no build was here";
  write_lists("Package: htop\nVersion: 3\n\nPackage: vim\n");
  const auto result = run({"check", "a.yaml"});
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.err.contains("no package 'htpo'; did you mean 'htop'?")) << result.err;
}

TEST_F(SpecCommand, several_files_and_the_standard_input_are_checked) {
  write("a.yaml", "schema: 1\nname: a\n");
  write("b.yaml", "schema: 1\nname: B\n");
  input_ = "schema: 1\nname: c\n";
  const auto result = run({"check", "a.yaml", "b.yaml", "-"});
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(result.out.contains("a.yaml: valid: cluster 'a'")) << result.out;
  EXPECT_TRUE(result.out.contains("cluster 'c'")) << result.out;
  EXPECT_TRUE(result.err.starts_with("b.yaml:2:7: name: 'B' is not a name")) << result.err;
  const auto list = nlohmann::json::parse(run({"check", "--json", "a.yaml", "b.yaml"}).out);
  EXPECT_EQ(list.at(0).at("valid"), true);
  EXPECT_EQ(list.at(1).at("valid"), false);
}

TEST_F(SpecCommand, without_a_file_it_checks_cluster_yaml) {
  write("cluster.yaml", "schema: 1\nname: a\n");
  EXPECT_EQ(run({"check"}).status, 0);
}

TEST_F(SpecCommand, every_problem_goes_to_stderr_with_status_2) {
  write("a.yaml", "schema: 2\nname: a\nkernel: b\n");
  const auto result = run({"check", "a.yaml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "a.yaml:1:9: schema: '2' is not a schema version of this Muster; write the number 1\n"
            "a.yaml:3:9: kernel: 'b' is not a kernel flavour; allowed: amd64, cloud\n");
}

TEST_F(SpecCommand, as_json_the_problems_are_the_answer) {
  write("a.yaml", "schema: 1\nname: a\nkernel: b\n");
  const auto result = run({"check", "--json", "a.yaml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "");
  const auto answer = nlohmann::json::parse(result.out);
  EXPECT_EQ(answer.at("valid"), false);
  EXPECT_EQ(answer.at("problems").at(0).at("line"), 3);
  write("a.yaml", "schema: 1\nname: a\n");
  const auto valid = run({"check", "--json", "a.yaml"});
  EXPECT_EQ(valid.status, 0);
  EXPECT_EQ(nlohmann::json::parse(valid.out).at("problems"), nlohmann::json::array());
  write("a.yaml", "schema: 1\nname: local\n");
  const auto remarkable = nlohmann::json::parse(run({"check", "--json", "a.yaml"}).out);
  EXPECT_EQ(remarkable.at("valid"), true);
  EXPECT_EQ(remarkable.at("remarks").at(0).at("line"), 2);
}

TEST_F(SpecCommand, a_file_that_cannot_be_read_is_named) {
  const auto result = run({"check", "nowhere.yaml"});
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(result.err.starts_with("muster: ")) << result.err;
  EXPECT_NE(result.err.find("nowhere.yaml"), std::string::npos);
  const auto directory = run({"check", "/"});
  EXPECT_EQ(directory.status, 2);
  EXPECT_TRUE(directory.err.contains("it is a directory")) << directory.err;
  write("a.yaml", "schema: 1\nname: a\n");
  const auto two = run({"check", "--json", "a.yaml", "nowhere.yaml"});
  EXPECT_EQ(two.status, 2);
  const auto list = nlohmann::json::parse(two.out);
  EXPECT_EQ(list.at(0).at("valid"), true);
  EXPECT_TRUE(list.at(1).at("error").get<std::string>().contains("nowhere.yaml"));
}

TEST_F(SpecCommand, hostile_bytes_are_problems_too) {
  write("binary", std::string("\x7f"
                              "ELF\0\xff",
                              6));
  write("long", std::string(2U << 20, 'a'));
  EXPECT_EQ(run({"check", "binary"}).err,
            "binary:1:1: byte 0x7f is not text; save the file as plain text in UTF-8\n");
  EXPECT_EQ(run({"check", "long"}).err,
            "long:1:1: the file is larger than 1 MiB; such a file is a few pages of text\n");
}

TEST_F(SpecCommand, schema_reference_and_explain_answer_on_stdout) {
  EXPECT_EQ(nlohmann::json::parse(run({"schema", "--json"}).out).at("title"), "cluster.yaml");
  EXPECT_TRUE(run({"schema"}).out.starts_with("schema\t"));
  EXPECT_TRUE(run({"reference"}).out.starts_with("# cluster.yaml\n"));
  EXPECT_TRUE(run({"explain", "hpc.partition"}).out.starts_with("hpc.partition ("));
  const auto unknown = run({"explain", "hpc.partitoin"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("did you mean 'hpc.partition'?"), std::string::npos);
}

TEST_F(SpecCommand, wrong_use_has_status_2) {
  EXPECT_EQ(run({}).status, 2);
  EXPECT_EQ(run({"chekc"}).status, 2);
  EXPECT_EQ(run({"check", "--no-such-option"}).status, 2);
}

}  // namespace
}  // namespace muster
