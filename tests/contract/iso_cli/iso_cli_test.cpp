// `muster iso` as programs meet it that start it: what its exit status says. Nothing is built here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

class IsoCommand : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(os::write_file(folder_.path() / "a.yaml", "schema: 1\nname: a\n"));
  }

  os::CommandResult run(std::vector<std::string> argv) {
    os::PosixCommandRunner runner;
    const auto result = runner.run({.argv = std::move(argv),
                                    .cwd = folder_.path(),
                                    .env = {{"MUSTER_CACHE", (folder_.path() / "cache").string()},
                                            {"MUSTER_DATA", "/nowhere"}},
                                    .timeout = std::chrono::seconds(60)});
    EXPECT_TRUE(result) << result.error().text();
    return result.value_or(os::CommandResult{.status = 127});
  }

  /// The same by a user without rights, who may not see the folder that the program was built in.
  os::CommandResult run_as_nobody(std::vector<std::string> arguments) {
    const auto program = folder_.path() / "muster";
    std::filesystem::copy_file(MUSTER_PROGRAM, program,
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
    arguments.insert(arguments.begin(), {"setpriv", "--reuid=nobody", "--clear-groups", program});
    return run(std::move(arguments));
  }

 private:
  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("iso-cli").value();
};

TEST_F(IsoCommand, who_lacks_the_rights_to_build_is_told_by_status_3) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"iso", "build", "a.yaml"},
        {"iso", "verify", "--file", "a.yaml"}}) {
    const auto result = run_as_nobody(arguments);
    EXPECT_EQ(result.status, 3) << result.err;
    EXPECT_EQ(result.err, "muster: building needs root: mounts and chroot; run it with sudo\n");
  }
}

TEST_F(IsoCommand, a_plan_needs_no_rights_and_says_why_the_medium_is_unknown) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  const auto result = run_as_nobody({"plan", "a.yaml"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("ISO: unknown: no recipes in '/nowhere/layers'; plan the ISO on the "
                            "machine that builds it\n"),
            std::string::npos)
      << result.out;
}

TEST_F(IsoCommand, a_medium_without_muster_is_made_for_those_only_who_want_it) {
  if (geteuid() != 0) GTEST_SKIP() << "building needs root";
  const std::vector<std::string> build = {MUSTER_PROGRAM, "iso",        "build",
                                          "a.yaml",       "--packages", "empty"};
  const auto refused = run(build);
  EXPECT_EQ(refused.status, 3);
  EXPECT_TRUE(refused.err.contains("there are no packages of Muster in '")) << refused.err;
  EXPECT_TRUE(refused.err.contains("--without-packages")) << refused.err;
  auto plain = build;
  plain.push_back("--without-packages");
  EXPECT_FALSE(run(plain).err.contains("no packages of Muster")) << "there are no recipes here";
}

TEST_F(IsoCommand, a_medium_that_is_not_there_is_a_failure) {
  if (geteuid() != 0) GTEST_SKIP() << "building needs root";
  const auto result = run({MUSTER_PROGRAM, "iso", "verify", "b.iso", "--file", "a.yaml", "--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(nlohmann::json::parse(result.out)
                  .at("error")
                  .get<std::string>()
                  .starts_with("there is no '"));
  EXPECT_NE(result.err.find("there is no '"), std::string::npos) << result.err;
}

TEST_F(IsoCommand, what_is_no_iso_has_no_description_to_verify_it_by) {
  ASSERT_EQ(run({"sh", "-c", "head -c 40000 /dev/zero >b.iso"}).status, 0);
  const auto result = run({MUSTER_PROGRAM, "iso", "verify", "b.iso"});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.err.contains("'b.iso' is no ISO")) << result.err;
}

TEST_F(IsoCommand, a_file_that_is_no_description_is_wrong_use) {
  EXPECT_EQ(run({MUSTER_PROGRAM, "iso", "build", "none.yaml"}).status, 2);
}

}  // namespace
}  // namespace muster
