#include "core/spec/parse.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "core/spec/reader.h"
#include "tests/unit/spec/problems.h"

namespace muster::spec {
namespace {

using Problems = std::vector<std::string>;

KernelArgument argument(const char* text) { return KernelArgument::parse(text).value(); }

TEST(ParseCluster, two_lines_are_a_cluster) {
  const ClusterSpec spec = spec_of("");
  EXPECT_EQ(spec.name, "test");
  EXPECT_EQ(spec.release, "trixie");
  EXPECT_EQ(spec.mirror, std::nullopt);
  EXPECT_EQ(spec.kernel, KernelFlavour::amd64);
  EXPECT_EQ(spec.firmware, Firmware::network);
  EXPECT_EQ(spec.head.hostname, "head");
  EXPECT_EQ(spec.head.interface, std::nullopt);
  EXPECT_EQ(to_string(spec.head.address), "10.42.0.1/16");
  EXPECT_EQ(spec.nodes.prefix, "n");
  EXPECT_EQ(spec.nodes.digits, 3);
  EXPECT_EQ(spec.adoption, (Adoption{AdoptionPolicy::open, std::chrono::minutes(30)}));
  EXPECT_EQ(spec.profiles, (std::vector<Profile>{{"default", "compute", {}}}));
  EXPECT_EQ(spec.images, (std::vector<Image>{{"compute", {}, {}}}));
  EXPECT_EQ(spec.hpc, (Hpc{"all", std::chrono::seconds(0)}));
  EXPECT_TRUE(spec.users.empty() && spec.volumes.empty() && spec.extensions.empty());
}

TEST(ParseCluster, the_default_file_is_valid) {
  const auto text = os::read_file(MUSTER_SOURCE "/cluster.yaml").value();
  const ParseOutcome outcome = parse_cluster(text, "cluster.yaml");
  ASSERT_EQ(outcome.problems, std::vector<Diagnostic>{});
  EXPECT_EQ(outcome.spec->name, "muster");
  EXPECT_EQ(outcome.spec->volumes, (std::vector<Volume>{{"home", StorageDriver::nfs, "/home"}}));
}

TEST(ParseCluster, every_key_reaches_its_place) {
  const std::string key =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f a@b";
  const ClusterSpec spec = spec_of(
      "release: trixie\nmirror: http://mirror.example.org/debian\nkernel: cloud\nfirmware: all\n"
      "head:\n  hostname: boss\n  interface: enp1s0\n  address: 10.1.2.3/24\n"
      "  ssh_keys: [" +
      key +
      "]\n  locale: de_DE.UTF-8\n  time_zone: Europe/Berlin\n"
      "  packages: [htop]\n"
      "  external: {interface: bond0, address: 192.0.2.10/24, gateway: 192.0.2.1,\n"
      "    dns: [192.0.2.53], ntp: [ntp.example.org], vlan: 20, bond: [eno1, eno2],\n"
      "    bond_mode: 802.3ad, firewall: on, open: [tcp/443]}\n"
      "nodes: {prefix: node-, digits: 2, addresses: 10.1.2.10-10.1.2.99,\n"
      "  unknown_addresses: 10.1.2.100-10.1.2.200, route: direct}\n"
      "adoption: {policy: closed, open_for: unlimited}\n"
      "profiles:\n  - {name: big, image: fat, kernel_arguments: [quiet]}\n"
      "images:\n  - {name: fat, packages: [gdb, vim], kernel_arguments: ['a=b']}\n"
      "users:\n  - {name: ada, uid: 2001, full_name: Ada L., ssh_keys: ['" +
      key +
      "']}\n"
      "extensions:\n  - {name: hello, version: 1.2.3, settings: [a=b]}\n"
      "volumes:\n  - {name: data, driver: nfs, mount: /srv/data}\n"
      "hpc: {partition: main, time_limit: 7 d}\n");
  EXPECT_EQ(spec.mirror, "http://mirror.example.org/debian");
  EXPECT_EQ(spec.kernel, KernelFlavour::cloud);
  EXPECT_EQ(spec.firmware, Firmware::all);
  const External campus{{ExternalCard::Kind::named, "bond0"},
                        parse_ipv4_interface("192.0.2.10/24").value(),
                        parse_ipv4("192.0.2.1").value(),
                        {parse_ipv4("192.0.2.53").value()},
                        {"ntp.example.org"},
                        20,
                        {"eno1", "eno2"},
                        BondMode::lacp,
                        Firewall::on,
                        {{OpenPort::Protocol::tcp, 443, 443}}};
  EXPECT_EQ(spec.head, (Head{"boss",
                             "enp1s0",
                             parse_ipv4_interface("10.1.2.3/24").value(),
                             campus,
                             {key},
                             "de_DE.UTF-8",
                             "Europe/Berlin"}));
  EXPECT_EQ(spec.head_packages, (std::vector<std::string>{"htop"}));
  EXPECT_EQ(spec.nodes, (Nodes{"node-", 2, parse_ipv4_range("10.1.2.10-10.1.2.99").value(),
                               parse_ipv4_range("10.1.2.100-10.1.2.200").value(), Route::direct}));
  EXPECT_EQ(spec.adoption, (Adoption{AdoptionPolicy::closed, std::chrono::seconds(0)}));
  EXPECT_EQ(spec.profiles, (std::vector<Profile>{{"big", "fat", {argument("quiet")}}}));
  EXPECT_EQ(spec.images, (std::vector<Image>{{"fat", {"gdb", "vim"}, {argument("a=b")}}}));
  EXPECT_EQ(spec.users, (std::vector<User>{{"ada", 2001U, "Ada L.", {key}}}));
  EXPECT_EQ(spec.extensions, (std::vector<Extension>{{"hello", "1.2.3", {"a=b"}}}));
  EXPECT_EQ(spec.volumes, (std::vector<Volume>{{"data", StorageDriver::nfs, "/srv/data"}}));
  EXPECT_EQ(spec.hpc, (Hpc{"main", std::chrono::days(7)}));
}

TEST(ParseCluster, all_problems_come_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(
      problems_of("name: Big One\nkernel: amd65\nheat: {}\n"),
      (Problems{"1:1: schema is missing; add 'schema: 1'",
                "1:7: name: 'Big One' is not a name; did you mean 'big-one'? allowed: lower-case "
                "letters, digits and inner '-', a letter first, at most 32",
                "2:9: kernel: 'amd65' is not a kernel flavour; did you mean 'amd64'? allowed: "
                "amd64, cloud",
                "3:1: unknown key 'heat'; did you mean 'head'?"}));
}

TEST(ParseCluster, an_empty_file_lacks_what_is_required) {
  const Problems expected = {"1:1: schema is missing; add 'schema: 1'",
                             "1:1: name is missing; add 'name: muster'"};
  EXPECT_EQ(problems_of(""), expected);
  EXPECT_EQ(problems_of("# nothing\n"), expected);
}

TEST(ParseCluster, an_unknown_key_far_from_all_shows_what_is_allowed) {
  EXPECT_EQ(problem_of("adoption:\n  zebra: 1\n"),
            "4:3: unknown key 'zebra' in adoption; allowed: policy, open_for");
}

TEST(ParseCluster, a_key_in_the_wrong_section_shows_the_right_one) {
  EXPECT_EQ(problem_of("hpc:\n  hostname: x\n"),
            "4:3: unknown key 'hostname' in hpc; 'hostname' belongs in head:; allowed: partition, "
            "time_limit");
}

TEST(ParseCluster, a_key_written_twice_is_an_error) {
  EXPECT_EQ(problem_of("head:\n  hostname: a\n  hostname: b\n"),
            "5:3: 'head.hostname' is written twice; keep one; the first is in line 4");
}

TEST(ParseCluster, an_unknown_key_is_shown_safely) {
  EXPECT_EQ(problem_of("\"a\\e[2J\\n\": 1\n").substr(0, 31), "3:1: unknown key 'a\\x1b[2J\\x0a'");
}

TEST(ParseCluster, wrong_shapes_are_named) {
  EXPECT_EQ(problem_of("head: 10.42.0.1\n").substr(0, 79),
            "3:7: head must be a section, not a single value; the head is one machine: write");
  EXPECT_EQ(problem_of("release: [trixie]\n"),
            "3:10: release must be one value, not a list; write 'trixie'");
  EXPECT_EQ(problem_of("users: ada\n"),
            "3:8: users must be a list, not a single value; start each element with '- name: …'");
  EXPECT_EQ(problem_of("users: {name: ada}\n"),
            "3:8: users must be a list, not a section; start each element with '- name: …'");
  EXPECT_EQ(problem_of("head: {packages: vim}\n"),
            "3:18: head.packages must be a list, not a single value; write each value in a line of "
            "its own that starts with '- '");
  EXPECT_EQ(problem_of("head: {packages: [[vim]]}\n").substr(0, 60),
            "3:19: head.packages[0] must be one value, not a list; write ");
  EXPECT_EQ(problems_of("just words\n")[0].substr(0, 60),
            "1:1: the file must be a section, not a single value; write '");
  EXPECT_EQ(problems_of("- a\n- b\n").size(), 1U);
}

TEST(ParseCluster, a_key_without_a_value_is_an_error_at_the_key) {
  EXPECT_EQ(problem_of("kernel:\nfirmware: all\n"),
            "3:1: kernel has no value; write 'amd64' or 'cloud', or remove the line");
  EXPECT_EQ(problem_of("kernel: null\n").substr(0, 24), "3:1: kernel has no value");
}

TEST(ParseCluster, an_empty_section_or_list_has_its_defaults) {
  EXPECT_EQ(spec_of("head:\nusers:\nhpc: ~\n"), spec_of(""));
}

TEST(ParseCluster, an_empty_element_is_an_error_at_its_dash) {
  EXPECT_EQ(problem_of("users:\n  - name: ada\n  -\nkernel: cloud\n"),
            "5:3: users[1] is empty; write '- name: …', or remove the '-'");
  EXPECT_EQ(problem_of("users:\n  - name: ada\n  -\n\n# more\nkernel: cloud\n").substr(0, 4),
            "5:3:");
}

TEST(ParseCluster, elements_need_what_is_required_of_them) {
  EXPECT_EQ(problem_of("extensions:\n  - version: 1.0.0\n"),
            "4:5: extensions[0].name is missing; add 'name: hello'");
}

TEST(ParseCluster, settings_of_an_extension_have_a_name_and_a_value) {
  EXPECT_EQ(spec_of("extensions:\n  - {name: hello, settings: [a=, 'b_2=c = d']}\n").extensions,
            (std::vector<Extension>{{"hello", "", {"a=", "b_2=c = d"}}}));
  for (const char* const wrong : {"greeting", "=x", "Greeting=x", "gree-ting=x", "2=x"}) {
    EXPECT_NE(
        problem_of(std::format("extensions:\n  - {{name: hello, settings: ['{}']}}\n", wrong)), "")
        << wrong;
  }
}

TEST(ParseCluster, guesses_of_yaml_1_1_do_not_happen) {
  EXPECT_EQ(spec_of("users: [{name: 'no'}, {name: yes}, {name: on}]\n").users[1].name, "yes");
  EXPECT_EQ(spec_of("users: [{name: ada, full_name: 0x1F}]\n").users[0].full_name, "0x1F");
  EXPECT_EQ(spec_of("nodes: {digits: '4'}\n").nodes.digits, 4);
  EXPECT_EQ(spec_of("users: [{name: ada, full_name: 2026-11-22}]\n").users[0].full_name,
            "2026-11-22");
  for (const auto* bad : {"010", "0x3", "0o3", "3.0", "3e0", "1_0", "+3", "1:30", "yes", "-3"}) {
    EXPECT_EQ(problem_of(std::string("nodes:\n  digits: ") + bad + "\n"),
              std::string("4:11: nodes.digits: '") + bad +
                  "' is not a number of digits; write a whole number from 1 to 6");
  }
  EXPECT_EQ(spec_of("hpc: {time_limit: 12:30:00}\n").hpc.time_limit, std::chrono::minutes(750));
}

TEST(ParseCluster, aliases_stand_for_what_they_name) {
  const ClusterSpec spec = spec_of(
      "images: [{name: a, packages: &p [gdb, vim]}]\n"
      "head: {packages: *p}\nprofiles: [{name: x, image: a}]\n");
  EXPECT_EQ(spec.head_packages, (std::vector<std::string>{"gdb", "vim"}));
}

TEST(ParseCluster, a_bad_value_is_shown_where_an_alias_uses_it) {
  EXPECT_EQ(problem_of("images: [{name: compute, packages: [&v v1m, *v]}]\n").substr(0, 20),
            "3:45: images[0].pack");
  const auto problems = problems_of("schema: 1\nname: &n Bad\nhead:\n  hostname: *n\n");
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[1].substr(0, 19), "4:13: head.hostname");
}

TEST(ParseCluster, merge_keys_are_refused_with_a_reason) {
  EXPECT_EQ(problem_of("x-base: &b {}\nhpc:\n  <<: *b\n").substr(0, 20), "3:1: unknown key 'x-");
  EXPECT_NE(problem_of("hpc: &b {}\nhead:\n  <<: *b\n").find("merge keys are not supported"),
            std::string::npos);
}

TEST(ParseCluster, columns_count_characters_as_editors_do) {
  EXPECT_EQ(problem_of("users: [{name: ada, full_name: 'Zoë Ж', uid: 7}]\n").substr(0, 5), "3:46:");
}

TEST(ParseCluster, a_byte_order_mark_and_windows_line_ends_are_fine) {
  EXPECT_TRUE(parse_cluster("\xEF\xBB\xBFschema: 1\r\nname: test\r\n", "f").spec);
}

TEST(ParseCluster, a_file_in_utf_16_is_told_as_such) {
  EXPECT_EQ(problems_of(std::string("\xFF\xFEs\0c\0", 6)),
            (Problems{"1:1: the file is in UTF-16 or UTF-32; save it as plain text in UTF-8"}));
}

TEST(ParseCluster, a_problem_of_a_value_is_not_repeated_by_rules_that_read_it) {
  EXPECT_EQ(problem_of("head: {address: 10.42.0.1}\n"),
            "3:17: head.address: '10.42.0.1' is not an address with a prefix; write it as "
            "'10.42.0.1/16'");
  EXPECT_EQ(problem_of("images: [{name: Bad Name}]\n").substr(0, 35),
            "3:17: images[0].name: 'Bad Name' is");
  EXPECT_EQ(problems_of("schema: 1\nname: x\nhead: {packages: [vim, '!', vim]}\n").size(), 2U)
      << "the bad one, and the one that is there twice";
  EXPECT_EQ(problems_of("schema: 1\nname: x\nhead: {packages: ['!', '!', a1, vim]}\n").size(), 2U)
      << "two that cannot be read are not the same";
}

TEST(ParseCluster, a_file_beyond_all_need_is_refused_unread) {
  EXPECT_EQ(problems_of(std::string(kHeading) + "#" + std::string(kMaxFileSize, 'x')),
            (Problems{"1:1: the file is larger than 1 MiB; such a file is a few pages of text"}));
}

TEST(ParseCluster, very_many_problems_are_counted_not_listed) {
  std::string text = "schema: 1\nname: x\n";
  for (int i = 0; i < 1000; ++i) text += "zz" + std::to_string(i) + ": 1\n";
  const Problems problems = problems_of(text);
  ASSERT_EQ(problems.size(), kMaxProblems + 1);
  EXPECT_EQ(problems.back(), "202:1: and 800 more problems; correct those above first");
}

TEST(Diagnostic, text_is_what_editors_can_jump_to) {
  EXPECT_EQ(to_string(Diagnostic{"a.yaml", 3, 7, "bad", "good"}), "a.yaml:3:7: bad; good");
  EXPECT_EQ(to_string(Diagnostic{"a\x1b.yaml", 1, 1, "bad", ""}), "a\\x1b.yaml:1:1: bad");
}

}  // namespace
}  // namespace muster::spec
