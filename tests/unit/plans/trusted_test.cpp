#include <algorithm>
#include <format>
#include <memory>

#include "core/base/text.h"
#include "plans/head_rights.h"
#include "tests/unit/plans/trusted_plans.h"

namespace muster::plans {
namespace {

using plan::WriteFile;
using provisioning::DhcpMode;

TEST_F(Trusted, what_the_daemon_plans_is_accepted_in_every_mode_of_dhcp) {
  for (const DhcpMode mode : {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent}) {
    const auto checked = check(daemons(mode));
    EXPECT_TRUE(checked) << checked.error().text();
  }
}

TEST_F(Trusted, a_plan_that_is_accepted_says_who_wants_each_step) {
  plan::Plan travelled = *plan::parse_plan(plan::to_json(daemons()).dump());
  ASSERT_TRUE(std::ranges::all_of(travelled.steps, &std::string::empty, &plan::Step::origin));
  const auto checked = check(travelled);
  ASSERT_TRUE(checked);
  EXPECT_EQ(*checked, travelled);
  for (const plan::Step& step : checked->steps) EXPECT_NE(step.origin, "") << describe(step);
  EXPECT_EQ(checked->steps.front().origin, "names");
}

TEST_F(Trusted, a_plan_without_any_account_is_accepted_from_a_head_that_cannot_read_its_users) {
  users_ = hpc::UserTable::unknown();
  const auto checked = check(daemons());
  EXPECT_TRUE(checked) << checked.error().text();
}

TEST_F(Trusted, nodes_and_their_cards_are_accepted_in_any_number) {
  ASSERT_TRUE(file_of(*std::make_unique<plan::Plan>(daemons()), "/etc/slurm/gres.conf")
                  .content.contains("File=/dev/nvidia[0-1]\n"));
  for (std::uint32_t i = 8; i < 30; ++i) {
    nodes_.push_back(nodes_[i % 3 == 0 ? 1 : 0]);
    nodes_.back().name = std::format("n{:03}", i);
    nodes_.back().address = {0x0A2A0100 + i};
  }
  EXPECT_TRUE(check(daemons()));
  nodes_.clear();
  EXPECT_TRUE(check(daemons()));
}

TEST_F(Trusted, a_line_of_a_node_says_what_muster_writes_and_no_more) {
  constexpr auto kNode =
      "NodeName=n9 NodeAddr=10.42.1.9 CPUs=2 Sockets=1 CoresPerSocket=2 "
      "ThreadsPerCore=1 RealMemory=960";
  const auto refused = [this](const char* path, const std::string& line) {
    const auto checked = check(with_node_line(path, line));
    return !checked && checked.error().message.contains(path);
  };
  constexpr auto kSlurm = "/etc/slurm/slurm.conf";
  constexpr auto kGres = "/etc/slurm/gres.conf";
  const std::string n900 = std::string(kNode).replace(10, 1, "900");
  EXPECT_TRUE(check(with_node_line(kSlurm, n900 + " Gres=gpu:a100:4 Feature=gpu State=UNKNOWN\n")));
  for (const char* const tail :
       {" Prolog=/tmp/x State=UNKNOWN", " \\", "", " State=UNKNOWN State=UNKNOWN", " State=DOWN",
        " Gres=gpu:a100:1,../x State=UNKNOWN", " Feature=/tmp State=UNKNOWN", " State=UNKNOWN\r",
        " State=UNKNOWN\nJobSubmitPlugins=lua", " State=UNKNOWN\nDefMemPerCPU=1"}) {
    EXPECT_TRUE(refused(kSlurm, n900 + tail + "\n")) << tail;
  }
  EXPECT_TRUE(refused(kSlurm, std::string(kNode) + " State=UNKNOWN\n")) << "n9 is before n007";
  EXPECT_TRUE(refused(kSlurm, std::string(kNode).replace(9, 2, "n[001-900]") + " State=UNKNOWN\n"))
      << "n001 is there already";
  EXPECT_TRUE(refused(kSlurm, "NodeName=n900 CPUs=2 State=UNKNOWN\n"));
  EXPECT_TRUE(
      check(with_node_line(kGres, "NodeName=n900 Name=gpu Type=hl File=/dev/accel/accel7\n")));
  for (const char* const line :
       {"Include /tmp/x", "AutoDetect=nvml", "NodeName=n900 Name=gpu Type=a File=/dev/sda",
        "NodeName=n900 Name=gpu Type=a File=/dev/nvidia0/../sda",
        "NodeName=n900 Name=gpu Type=a File=/dev/nvidia[0-1,/../sda]",
        "NodeName=n900 Name=license Type=a File=/dev/nvidia0",
        "NodeName=n900 Name=gpu Type=a File=/dev/nvidia0 MultipleFiles=/dev/sda",
        "NodeName=n900 Name=gpu Type=a File=/dev/nvidia0 \\"}) {
    EXPECT_TRUE(refused(kGres, std::string(line) + "\n")) << line;
  }
}

TEST_F(Trusted, no_step_is_left_out_repeated_or_moved) {
  const plan::Plan plan = daemons();
  const auto refused = [this](const plan::Plan& other) { return !check(other); };
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const std::string what = plan::describe(plan.steps[i]);
    plan::Plan without = plan;
    without.steps.erase(without.steps.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(refused(without)) << what << " is left out";
    for (std::size_t j = 0; j < plan.steps.size(); ++j) {
      plan::Plan repeated = plan;
      repeated.steps.insert(repeated.steps.begin() + static_cast<std::ptrdiff_t>(j), plan.steps[i]);
      EXPECT_TRUE(refused(repeated)) << what << " is repeated at " << j;
      if (j <= i) continue;
      plan::Plan swapped = plan;
      std::swap(swapped.steps[i], swapped.steps[j]);
      EXPECT_TRUE(refused(swapped)) << what << " is in place of " << plan::describe(plan.steps[j]);
    }
  }
}

/// Each text that has one line less, one line twice, or two lines in the other order.
std::vector<std::string> mutations_of(const std::string& content) {
  const auto all = lines(content);
  std::vector<std::string> mutations;
  const auto add = [&](const std::vector<std::string>& changed) {
    mutations.push_back(join(changed, "\n") + (changed.empty() ? "" : "\n"));
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<std::string> changed = all;
    // Which nodes there are is the daemon's to say.
    if (!all[i].starts_with("NodeName=")) {
      changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(i));
      add(changed);
    }
    for (std::size_t j = 0; j <= all.size(); ++j) {
      changed = all;
      changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(j), all[i]);
      add(changed);
      if (j <= i || j == all.size() || all[i] == all[j]) continue;
      changed = all;
      std::swap(changed[i], changed[j]);
      add(changed);
    }
  }
  return mutations;
}

TEST_F(Trusted, no_line_is_left_out_repeated_or_moved) {
  plan::Plan plan = daemons();
  for (plan::Step& step : plan.steps) {
    auto* const file = std::get_if<WriteFile>(&step);
    // Which keys a person has is the daemon's to say.
    if (file == nullptr || file->path.starts_with("/etc/muster/ssh-keys/")) continue;
    const std::string content = file->content;
    // What is long is sampled: nginx.conf has a hundred lines.
    const auto mutations = mutations_of(content);
    for (std::size_t i = 0; i < mutations.size(); i += 1 + mutations.size() / 2000) {
      file->content = mutations[i];
      EXPECT_FALSE(check(plan)) << file->path << ":\n" << mutations[i];
    }
    file->content = content;
  }
  EXPECT_TRUE(check(plan));
}

TEST_F(Trusted, lines_of_two_modes_of_dhcp_are_no_mode) {
  constexpr auto kSettings = "/etc/muster/dnsmasq.conf";
  for (const DhcpMode mode : {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent}) {
    plan::Plan plan = daemons(mode);
    const std::string content = file_of(plan, kSettings).content;
    for (const DhcpMode other : {DhcpMode::serve, DhcpMode::proxy, DhcpMode::silent}) {
      plan::Plan second = daemons(other);
      for (const std::string& line : lines(file_of(second, kSettings).content)) {
        if (content.contains("\n" + line + "\n")) continue;
        file_of(plan, kSettings).content = content + line + "\n";
        EXPECT_FALSE(check(plan)) << line;
      }
    }
  }
}

TEST_F(Trusted, people_are_those_of_one_table) {
  ASSERT_TRUE(users_.add({.name = "bob", .uid = 10500, .full_name = "Bob B"}));
  const plan::Plan plan = daemons();
  ASSERT_TRUE(check(plan));
  for (plan::Step& step : plan::Plan(plan).steps) {
    auto* const user = std::get_if<plan::EnsureUser>(&step);
    if (user == nullptr || user->name != "bob") continue;
    plan::Plan other = plan;
    user->name = "alice";
    other.add(step);
    EXPECT_FALSE(check(other)) << "a second account for alice";
  }
}

TEST_F(Trusted, no_file_opens_the_machine) {
  for (const auto& [path, addition] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/etc/exports.d/muster.exports", "/ *(rw,no_root_squash)\n"},
           {"/etc/ssh/sshd_config.d/50-muster-keys.conf", "AuthorizedKeysCommand /tmp/x\n"},
           {"/etc/muster/nginx.conf", "load_module /tmp/x.so;\n"},
           {"/etc/muster/dnsmasq.conf", "dhcp-script=/tmp/x\n"},
           {"/etc/muster/dnsmasq.conf", "# a comment that nobody wrote 1.\n"},
           {"/etc/slurm/plugstack.conf", "required /tmp/x.so\n"},
           {"/etc/slurm/slurm.conf", "JobSubmitPlugins=lua\n"},
           {"/etc/slurm/slurm.conf", "Include /tmp/x\n"},
           {"/etc/slurm/gres.conf", "Include /tmp/x\n"},
           {"/etc/slurm/gres.conf", "AutoDetect=nvml\n"},
           {"/etc/hosts", "10.42.0.9 deb.example.org\n"}}) {
    const auto checked = check(with(path, addition));
    ASSERT_FALSE(checked) << path << ": " << addition;
    EXPECT_NE(checked.error().message.find(path), std::string::npos) << checked.error().message;
  }
}

TEST_F(Trusted, directories_mounts_and_services_are_those_of_the_specification) {
  for (const plan::Step& step : std::initializer_list<plan::Step>{
           plan::MakeDirectory{.path = "/etc/muster/ssh-keys", .mode = 0777},
           plan::MakeDirectory{.path = "/home", .owner = "muster"},
           plan::SetHostname{.name = "-F/etc/shadow"},
           plan::MountFileSystem{.source = "muster-home",
                                 .target = "/home",
                                 .type = "tmpfs",
                                 .options = "size=50%,mode=0777"},
           plan::EnsureGroup{.name = "wheel", .gid = 1001},
           plan::Service{.unit = "ssh.service", .state = plan::Service::State::stopped}}) {
    plan::Plan plan = daemons();
    plan.add(step);
    EXPECT_FALSE(check(plan)) << plan::describe(step);
  }
}

TEST_F(Trusted, only_people_of_the_plan_have_keys) {
  plan::Plan plan = daemons();
  plan.add(WriteFile{.path = "/etc/muster/ssh-keys/backup", .content = "ssh-ed25519 AAAA"});
  EXPECT_FALSE(check(plan));
}

TEST_F(Trusted, a_file_keeps_its_owner_and_mode) {
  plan::Plan plan = daemons();
  for (plan::Step& step : plan.steps) {
    auto* const file = std::get_if<WriteFile>(&step);
    if (file != nullptr && file->path == "/etc/slurm/slurm.key") file->mode = 0666;
  }
  EXPECT_FALSE(check(plan));
}

TEST_F(Trusted, ssh_believes_no_other_authority_about_other_names) {
  EXPECT_TRUE(check(daemons()));
  for (const auto& [path, addition] :
       {std::pair{"/etc/ssh/ssh_known_hosts2", "@cert-authority *.example.org ssh-ed25519 AAAA\n"},
        std::pair{"/etc/ssh/ssh_config.d/50-muster.conf", "ProxyCommand /tmp/evil\n"},
        std::pair{"/etc/ssh/sshd_config.d/50-muster-keys.conf", "PermitRootLogin yes\n"},
        std::pair{"/etc/ssh/ssh_host_ed25519_key-cert.pub", "something else\n"}}) {
    EXPECT_FALSE(check(with(path, addition))) << path;
  }
}

TEST_F(Trusted, extensions_set_in_the_scheduler_what_root_granted_to_them) {
  const auto accepted = [this](const std::vector<std::string>& granted) {
    const auto rights = head_rights(
        spec_,
        {{.name = "lights", .rights = {{.place = extensions::Place::head, .scheduler = granted}}}});
    const plan::Plan plan = daemons();
    return check_plan(plan, {.spec = spec_, .facts = facts_, .policy = &rights->policy});
  };
  in_scheduler_ = {{"Licenses", "matlab:4"}, {"PriorityWeightAge", "1000"}};
  const auto checked = accepted({"Licenses", "PriorityWeightAge"});
  EXPECT_TRUE(checked) << checked.error().text();
  EXPECT_TRUE(accepted({"Licenses"}).error().message.contains("PriorityWeightAge"));
  EXPECT_FALSE(check(daemons())) << "there are no extensions";
  // Whatever root granted.
  for (const auto& [key, value] : hpc::OtherSettings{{"Prolog", "/tmp/x"},
                                                     {"Licenses", "a\nProlog=/tmp/x"},
                                                     {"Licenses", "a Prolog=/tmp/x"}}) {
    in_scheduler_ = {{key, value}};
    EXPECT_FALSE(accepted({"Licenses", "Prolog"})) << key << "=" << value;
  }
}

TEST_F(Trusted, what_extensions_set_in_the_scheduler_is_at_its_place_once) {
  in_scheduler_ = {{"Licenses", "matlab:4"}};
  const auto rights = head_rights(
      spec_, {{.name = "lights",
               .rights = {{.place = extensions::Place::head, .scheduler = {"Licenses"}}}}});
  plan::Plan plan = daemons();
  std::string& content = file_of(plan, "/etc/slurm/slurm.conf").content;
  const std::string right = content;
  const auto is_accepted = [&] {
    return check_plan(plan, {.spec = spec_, .facts = facts_, .policy = &rights->policy})
        .has_value();
  };
  ASSERT_TRUE(is_accepted());
  const std::string line = "Licenses=matlab:4\n";
  const std::size_t place = right.find(line);
  for (const std::string& other : {line + line, line + "Licenses=a\n", std::string("# x\n") + line,
                                   std::string(), std::string("Licenses = matlab:4\n")}) {
    content = right;
    content.replace(place, line.size(), other);
    EXPECT_FALSE(is_accepted()) << content;
  }
  content = right + line;
  EXPECT_FALSE(is_accepted());
}

}  // namespace
}  // namespace muster::plans
