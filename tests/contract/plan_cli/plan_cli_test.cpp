// `muster plan` as people and programs meet it. The medium is not planned here, because that asks
// the archives what is new.
#include <algorithm>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

class PlanCommand : public testing::Test {
 protected:
  os::CommandResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"env", "MUSTER_DATA=/nowhere", MUSTER_PROGRAM, "plan", "a.yaml"});
    os::PosixCommandRunner runner;
    const auto result = runner.run(
        {.argv = std::move(arguments), .cwd = folder_.path(), .timeout = std::chrono::seconds(60)});
    EXPECT_TRUE(result) << result.error().text();
    return result.value_or(os::CommandResult{.status = 127});
  }

  void write(std::string_view text) {
    ASSERT_TRUE(os::write_file(folder_.path() / "a.yaml", text));
  }

 private:
  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("plan-cli").value();
};

TEST_F(PlanCommand, the_same_file_gives_the_same_bytes) {
  write("schema: 1\nname: a\nusers:\n  - name: ada\n");
  const auto first = run({"--json"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.out, run({"--json"}).out);
  const auto value = nlohmann::json::parse(first.out);
  EXPECT_FALSE(value.at("head").at("steps").empty());
  EXPECT_FALSE(value.at("node").at("steps").empty());
}

TEST_F(PlanCommand, for_people_each_step_is_a_line) {
  write("schema: 1\nname: a\nhead:\n  hostname: boss\nusers:\n  - name: ada\n");
  const auto result = run({});
  EXPECT_EQ(result.status, 0) << result.err;
  for (const char* const line :
       {"in the ISO's head before it starts: ", "in every image of nodes: ",
        "  region   link /etc/localtime to /usr/share/zoneinfo/Etc/UTC\n",
        "head 'boss': ", "  host name boss\n", "  user ada (10000)",
        "every node (here n001, 10.42.1.1)", "  host name n001\n"}) {
    EXPECT_NE(result.out.find(line), std::string::npos) << line << " is not in:\n" << result.out;
  }
}

TEST_F(PlanCommand, what_nodes_of_a_profile_have_is_told_beside_what_all_have) {
  write(
      "schema: 1\nname: a\nprofiles:\n  - {name: thin, image: compute}\n"
      "  - {name: fat, image: compute}\nvolumes:\n"
      "  - {name: data, mount: /data, profiles: [fat]}\n");
  const std::string told = run({}).out;
  const std::size_t title = told.find("nodes of profile 'fat', compared with profile 'thin':\n");
  ASSERT_NE(title, std::string::npos) << told;
  EXPECT_NE(told.find("  added    storage  mount 10.42.0.1:/data on /data", title),
            std::string::npos)
      << told;
  const std::string fat = run({"--profile", "fat"}).out;
  EXPECT_NE(fat.find("nodes of profile 'fat' (here n001, 10.42.1.1)"), std::string::npos) << fat;
  const auto unit = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--show", "/etc/systemd/system/slurmd.service.d/muster.conf"});
    return run(more).out;
  };
  EXPECT_EQ(unit({}).find("/data"), std::string::npos);
  EXPECT_NE(unit({"--profile", "fat"}).find("/data"), std::string::npos);
  const auto none = run({"--profile", "fut"});
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("there is no profile 'fut'; profiles: thin, fat"), std::string::npos);
  const auto value = nlohmann::json::parse(run({"--json"}).out);
  EXPECT_EQ(value.at("node_profile"), "thin");
  ASSERT_EQ(value.at("profiles").size(), 1U);
  EXPECT_EQ(value.at("profiles")[0].at("profile"), "fat");
}

TEST_F(PlanCommand, the_files_own_settings_and_the_room_for_nodes_come_first) {
  write("schema: 1\nname: a\nkernel: cloud\nhead:\n  address: 192.168.7.1/24\n");
  const auto result = run({});
  for (const char* const part :
       {"settings of the file:\n", "  kernel ", "(default: amd64)", "192.168.7.1/24",
        "room for 190 nodes, n001 to n190, and for 63 machines that nobody knows yet\n"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in:\n" << result.out;
  }
  EXPECT_EQ(result.out.find("hostname "), std::string::npos) << "it is the default";
}

TEST_F(PlanCommand, files_are_shown_when_they_are_asked_for) {
  write("schema: 1\nname: a\n");
  EXPECT_EQ(run({"--show", "/etc/hosts"}).out, "127.0.0.1 localhost\n10.42.0.1 head.a head\n");
  EXPECT_EQ(run({"--show", "/etc/locale.conf"}).out, "LANG=C.UTF-8\n");
  const auto unknown = run({"--show", "/etc/host"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find("did you mean '/etc/hosts"), std::string::npos) << unknown.err;
  EXPECT_EQ(run({}).out.find("10.42.0.1 head.a"), std::string::npos);
  EXPECT_NE(run({"--full"}).out.find("    | 10.42.0.1 head.a head\n"), std::string::npos);
}

TEST_F(PlanCommand, remarks_are_shown_once) {
  write("schema: 1\nname: local\n");
  const auto result = run({});
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(result.err.starts_with("a.yaml:2:7: remark: name: ")) << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1);
}

TEST_F(PlanCommand, an_invalid_file_is_answered_by_its_problems) {
  write("schema: 1\nname: a\nhead:\n  hostnam: b\n");
  const auto result = run({});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("a.yaml:4:3: "), std::string::npos) << result.err;
}

TEST_F(PlanCommand, no_secret_is_printed) {
  write("schema: 1\nname: a\n");
  const auto json = run({"--json"});
  EXPECT_NE(json.out.find(R"("secret": "/etc/slurm/slurm.key")"), std::string::npos);
  EXPECT_NE(run({"--full"}).out.find("    | (secret: "), std::string::npos);
  const auto shown = run({"--show", "/etc/slurm/slurm.key"});
  EXPECT_EQ(shown.status, 2);
  EXPECT_EQ(shown.out, "");
  EXPECT_NE(shown.err.find("cannot show '/etc/slurm/slurm.key'"), std::string::npos) << shown.err;
}

}  // namespace
}  // namespace muster
