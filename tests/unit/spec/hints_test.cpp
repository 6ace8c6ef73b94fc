// Who follows the hints of a check comes to a valid file.
#include <algorithm>
#include <format>
#include <gtest/gtest.h>
#include <optional>
#include <rapidcheck/gtest.h>
#include <regex>

#include "core/spec/ranges.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

struct Draft {
  std::string head;
  std::optional<std::string> addresses;
  std::optional<std::string> unknown;

  std::string text() const {
    std::string nodes;
    if (addresses) nodes += "  addresses: " + *addresses + "\n";
    if (unknown) nodes += "  unknown_addresses: " + *unknown + "\n";
    return std::format("head: {{address: {}}}\nnodes:\n{}", head, nodes);
  }
};

/// What the hint says, done.
void follow(Draft& draft, const std::string& problem) {
  const std::string hint = problem.substr(problem.find(';'));
  const std::regex range("'([0-9.]+-[0-9.]+)'");
  std::vector<std::string> ranges;
  for (std::sregex_iterator at(hint.begin(), hint.end(), range), end; at != end; ++at) {
    ranges.push_back((*at)[1]);
  }
  const bool loan_first = problem.contains(" nodes.unknown_addresses:");
  RC_ASSERT(!ranges.empty());
  (loan_first ? draft.unknown : draft.addresses) = ranges[0];
  if (ranges.size() > 1) (loan_first ? draft.addresses : draft.unknown) = ranges[1];
}

std::string any_range(const Ipv4Interface& head) {
  const auto around = [&] {
    const std::int64_t first = head.network().value;
    const std::int64_t last = head.broadcast().value;
    return *rc::gen::inRange<std::int64_t>(first - 3, last + 4);
  };
  const auto [low, high] = std::minmax({around(), around()});
  return to_string(
      Ipv4Range{{static_cast<std::uint32_t>(low)}, {static_cast<std::uint32_t>(high)}});
}

RC_GTEST_PROP(Hints, of_address_ranges_lead_to_a_valid_file, ()) {
  const int prefix = *rc::gen::inRange(20, 30);
  Ipv4Interface head{.address = {0x0A4D0800}, .prefix = prefix};
  const auto size = head.broadcast().value - head.network().value;
  head.address.value = head.network().value + *rc::gen::inRange<std::uint32_t>(1, size);
  Draft draft{.head = to_string(head), .addresses = {}, .unknown = {}};
  if (*rc::gen::arbitrary<bool>()) draft.addresses = any_range(head);
  if (*rc::gen::arbitrary<bool>()) draft.unknown = any_range(head);
  for (int step = 0; step < 4; ++step) {
    const auto problems = problems_of(std::string(kHeading) + draft.text());
    if (problems.empty()) return;
    RC_LOG() << draft.text() << problems.front() << "\n";
    follow(draft, problems.front());
  }
  RC_FAIL("hints do not lead to a valid file");
}

TEST(Hints, are_not_followed_by_problems_that_a_bad_network_brings_with_it) {
  EXPECT_EQ(
      problem_of("head: {address: 10.77.3.1/30}\n"),
      "3:17: head.address: a network of /30 has no room for a cluster; use a prefix from /8 to "
      "/29; /16 has room for 65,000 nodes, /24 for 190");
}

TEST(Hints, all_that_is_wrong_with_people_is_told_at_once_and_in_its_place) {
  const auto problems = problems_of(std::string(kHeading) +
                                    "users:\n"
                                    "  - {name: ada, uid: 9999}\n"
                                    "  - {name: bob, uid: 60000}\n"
                                    "  - {name: eve, uid: 2000}\n"
                                    "  - {name: eve, uid: 2000}\n");
  EXPECT_EQ(problems,
            (std::vector<std::string>{
                "4:22: users[0].uid: 9999 is the number of the account 'muster-check'; write "
                "another number, or leave the key out to get the next free one",
                "5:22: users[1].uid: '60000' is not a user number for people; write a whole number "
                "from 1000 to 59999 but 9999, or from 65536 to 2000200000 (the system has the "
                "others)",
                "7:12: users[3].name: 'eve' is there already; users[2].name has it; write each "
                "once",
                "7:22: users[3].uid: '2000' is there already; users[2].uid has it; write each "
                "once"}));
}

TEST(Hints, a_key_that_is_called_otherwise_here_is_answered_by_its_name) {
  const auto hint = [](const std::string& text, const std::string& part) {
    const std::string problem = problem_of(text);
    EXPECT_TRUE(problem.contains(part)) << text << ": " << problem;
  };
  hint("partitions: []\n", "this version has one partition, hpc.partition");
  hint("nodes: {count: 8}\n", "machines that boot from the network are found by themselves");
  hint("nodes: [{name: n001, mac: 52:54:00:00:00:01}]\n", "'muster node import FILE'");
  hint("nodes: n[001-008]\n", "'muster node import FILE'");
  hint("ldap: {}\n", "this version reads no directory service");
  hint("hpc: {gres: x}\n", "--gres=gpu:1");
  hint("volumes: [{name: a, mount: /a, server: x}]\n", "other servers'");
  hint("bmc: {}\n", "ipmitool");
  hint("head: {gateway: 10.0.0.1}\n", "head.external.gateway");
  hint("head: {vlan: 5}\n", "head.external.vlan");
  hint("head: {bond: [a]}\n", "head.external.bond");
  hint("slurm: {}\n", "the scheduler's keys are in 'hpc'");
  hint("network: {}\n", "the nodes' network is head.address");
  hint("users: [{name: a, password: x}]\n", "people log in with keys");
  hint("head: {dns: 10.0.0.1}\n", "head.external.dns");
  hint("volumes: [{name: a, mount: /a, nodes: n1}]\n", "nodes mount a volume by their profile");
  hint("storage: {}\n", "what head and nodes share is 'volumes'");
  hint("mail: x\n", "Muster sends no mail");
  hint("syslog: x\n", "forwards no logs");
  hint("hpc: {Max-Time: 1 d}\n", "write it as 'time_limit'");
  hint("ssh_keys: []\n", "'ssh_keys' belongs in head: or users[]");
}

TEST(Hints, values_that_people_mean_otherwise_have_an_answer_of_their_own) {
  const auto hint = [](const std::string& text, const std::string& part) {
    const std::string problem = problem_of(text);
    EXPECT_TRUE(problem.contains(part)) << text << ": " << problem;
  };
  hint("head: {address: 'fd00::1/64'}\n", "is an IPv6 address");
  hint("head: {address: 192.168.10.1}\n", "write it as '192.168.10.1/24'");
  hint("volumes: [{name: a, driver: beegfs, mount: /a}]\n", "not a storage driver of this version");
  hint("mirror: http://me:secret@host/debian\n", "would be readable on the ISO");
  hint("mirror: file:///srv/debian\n", "is a directory of one machine");
  hint("head: {ssh_keys: ['ssh-dss AAAA']}\n", "which OpenSSH takes no longer");
  hint("head: {time_zone: Europe/Berln}\n", "did you mean 'Europe/Berlin'?");
  hint("head: {locale: de_DE}\n", "did you mean 'de_DE.UTF-8'?");
  hint("users: [{name: Ada}]\n", "did you mean 'ada'?");
  hint("profiles: [{name: 'My Nodes'}]\n", "did you mean 'my-nodes'?");
  hint("hpc:\n  partition: a\n    time_limit: 1 d\n", "indented further than the line above it");
}

}  // namespace
}  // namespace muster::spec
