#include "provisioning/protocol.h"

#include <format>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::provisioning {
namespace {

/// Why a body is refused.
template <typename T>
std::string reason_of(const Result<T>& parsed) {
  if (parsed) return "none";
  EXPECT_EQ(parsed.error().kind, ErrorKind::invalid);
  return parsed.error().message;
}

Hardware small_machine() {
  Hardware hardware;
  hardware.uuid = "72acb10d-0e86-8048-a1ac-8c34c7b17ccd";
  hardware.macs = {*parse_mac("52:54:00:00:00:01")};
  hardware.topology = CpuTopology{.sockets = 2, .cores_per_socket = 4, .threads_per_core = 1};
  return hardware;
}

Artefact layer() {
  return {.path = "muster/image/compute/base.squashfs",
          .size = Bytes{4096},
          .sha256 = std::string(64, 'a')};
}

BootAnswer boot() {
  return {.node_id = "b5b0a1d2",
          .node_name = "n001",
          .address = *parse_ipv4("10.42.1.1"),
          .session = "0123456789abcdef",
          .token = "v1.aa.bb",
          .ca = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
          .image_name = "compute",
          .layers = {layer(), layer()}};
}

NodeReport report() {
  NodeReport report{.stage = "ready",
                    .failure = "service slurmd.service: it does not start",
                    .generation = "1f0c5ab2-n001-10.42.1.1-0",
                    .console = {"one", "two"},
                    .neighbour = LldpNeighbour{.system = "rack7-sw1", .port = "Ethernet1/17"},
                    .drift = {"file /etc/hosts"},
                    .kept = {"no longer: mount /scratch: busy"}};
  report.accelerators = {
      {.address = "0000:3b:00.0", .vendor = 0x10de, .device = 0x20b5, .pci_class = 0x0302}};
  return report;
}

TEST(Protocol, what_one_side_renders_the_other_side_reads) {
  const DiscoverRequest discover{.hardware = small_machine(), .profile = "gpu"};
  EXPECT_EQ(parse_discover_request(render_discover_request(discover)), discover);
  const DiscoverAnswer wait{.time_ms = 1'700'000'000'000,
                            .decision = WaitAnswer{.reason = "waits for adoption"}};
  EXPECT_EQ(parse_discover_answer(render_discover_answer(wait)), wait);
  const DiscoverAnswer go{.time_ms = 1, .decision = boot()};
  EXPECT_EQ(parse_discover_answer(render_discover_answer(go)), go);
  const StageRequest stage{
      .session = "0123456789abcdef",
      .report = {
          .stage = "image", .progress = 40, .failure = "no space", .console = {"last words"}}};
  EXPECT_EQ(parse_stage_request(render_stage_request(stage)), stage);
  const CertificateRequest enrol{.token = "v1.aa.bb",
                                 .request = "-----BEGIN CERTIFICATE REQUEST-----\n",
                                 .ssh_host_key = "ssh-ed25519 AAAA root@n001"};
  EXPECT_EQ(parse_enrol_request(render_certificate_request(enrol)), enrol);
  const CertificateRequest renew{.request = "-----BEGIN CERTIFICATE REQUEST-----\n"};
  EXPECT_EQ(parse_renew_request(render_certificate_request(renew)), renew);
  const CertificateAnswer certificate{
      .certificate = "-----BEGIN CERTIFICATE-----\n", .name = "n001", .valid_hours = 168};
  EXPECT_EQ(parse_certificate_answer(render_certificate_answer(certificate)), certificate);
  EXPECT_EQ(parse_node_report(render_node_report(report())), report());
  const NodeReport plain{.stage = "stopping", .failure = "", .generation = ""};
  EXPECT_EQ(parse_node_report(render_node_report(plain)), plain);
  const HeartbeatAnswer wanted{.generation = "g1", .reboot = "6b1f90c2a7d4e835"};
  EXPECT_EQ(parse_heartbeat_answer(render_heartbeat_answer(wanted)), wanted);
  EXPECT_EQ(render_heartbeat_answer({.generation = "g1"}), R"({"generation":"g1"})");
}

TEST(Protocol, a_body_that_is_no_object_is_refused_everywhere) {
  for (const char* body : {"", "7", "[]", "{", "null"}) {
    EXPECT_NE(reason_of(parse_discover_request(body)), "none") << body;
    EXPECT_NE(reason_of(parse_discover_answer(body)), "none") << body;
    EXPECT_NE(reason_of(parse_stage_request(body)), "none") << body;
    EXPECT_NE(reason_of(parse_enrol_request(body)), "none") << body;
    EXPECT_NE(reason_of(parse_renew_request(body)), "none") << body;
    EXPECT_NE(reason_of(parse_certificate_answer(body)), "none") << body;
    EXPECT_NE(reason_of(parse_heartbeat_request(body)), "none") << body;
    EXPECT_NE(reason_of(parse_heartbeat_answer(body)), "none") << body;
    EXPECT_NE(reason_of(parse_node_report(body)), "none") << body;
    EXPECT_NE(reason_of(parse_plan_answer(body, "0.1.0")), "none") << body;
    EXPECT_NE(reason_of(parse_refusal(body)), "none") << body;
  }
}

TEST(Protocol, a_heartbeat_tells_what_the_agent_holds_and_can) {
  const HeartbeatRequest beat{.holds = "g1", .agent = capabilities_of("0.1.0")};
  EXPECT_EQ(render_heartbeat_request(beat),
            R"({"holds":"g1","schema":2,"steps":["file","link","directory","remove_file",)"
            R"("remove_directory","package","group","user","remove_user","mount","unmount",)"
            R"("hostname","unit","service","command"],"version":"0.1.0"})");
  EXPECT_EQ(parse_heartbeat_request(render_heartbeat_request(beat)), beat);
  const HeartbeatRequest new_node{.holds = "", .agent = capabilities_of("0.1.0")};
  EXPECT_EQ(parse_heartbeat_request(render_heartbeat_request(new_node)), new_node);
}

TEST(Protocol, a_heartbeat_of_an_agent_before_these_members_is_valid) {
  const auto beat = parse_heartbeat_request("{}");
  ASSERT_TRUE(beat) << beat.error().text();
  EXPECT_EQ(beat->holds, std::nullopt);
  EXPECT_EQ(beat->agent, std::nullopt);
  EXPECT_EQ(render_heartbeat_request({}), "{}");
}

TEST(Protocol, members_that_only_a_newer_version_knows_are_ignored) {
  EXPECT_EQ(parse_heartbeat_request(R"({"holds":"g1","load":[1,{"a":2}]})")->holds, "g1");
  EXPECT_EQ(parse_heartbeat_answer(R"({"generation":"g1","tasks":[]})"),
            HeartbeatAnswer{.generation = "g1"});
  EXPECT_EQ(parse_refusal(R"({"error":"no","hint":"","retry_s":9})"), Refusal{.error = "no"});
  EXPECT_TRUE(
      parse_plan_answer(R"({"generation":"g1","schema":2,"steps":[],"origin":{}})", "0.1.0")->plan);
}

TEST(Protocol, a_state_of_discovery_that_only_a_newer_head_knows_is_a_reason_to_wait) {
  const auto answer =
      parse_discover_answer(R"({"state":"install","reason":"disks first","time_ms":1})");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->decision, (std::variant<WaitAnswer, BootAnswer>(WaitAnswer{"disks first"})));
}

TEST(Protocol, what_is_out_of_its_bounds_is_refused_by_name) {
  const std::string long_word(65, 'a');
  EXPECT_EQ(reason_of(parse_discover_request(R"({"profile":"x"})")),
            "member 'hardware' is missing");
  EXPECT_EQ(reason_of(parse_discover_request(R"({"hardware":{"macs":[]}})")),
            "member 'hardware.macs' has no Ethernet address");
  EXPECT_EQ(reason_of(parse_discover_request(R"({"hardware":[]})")),
            "member 'hardware' is not an object");
  EXPECT_EQ(reason_of(parse_stage_request(R"({"session":"a","stage":"image","progress":101})")),
            "member 'progress' is not a whole number from 0 to 100");
  EXPECT_EQ(reason_of(parse_stage_request(R"({"stage":"image"})")), "member 'session' is missing");
  EXPECT_EQ(reason_of(parse_enrol_request(R"({"request":"a"})")), "member 'token' is missing");
  EXPECT_EQ(reason_of(parse_renew_request(R"({"request":""})")), "member 'request' is empty");
  EXPECT_EQ(reason_of(parse_node_report(std::format(R"({{"stage":"{}"}})", long_word))),
            "member 'stage' is longer than 64 bytes");
  EXPECT_EQ(reason_of(parse_node_report(R"({"stage":"ready","lldp":{"system":7}})")),
            "member 'lldp.system' is not a text");
  EXPECT_EQ(reason_of(parse_heartbeat_request(R"({"holds":"a b"})")),
            "member 'holds' is not one word of printable ASCII");
  EXPECT_EQ(reason_of(parse_heartbeat_answer(R"({"reboot":"a"})")),
            "member 'generation' is missing");
  EXPECT_EQ(reason_of(parse_certificate_answer(R"({"certificate":"a","name":"n001"})")),
            "member 'valid_hours' is missing");
  EXPECT_EQ(reason_of(parse_refusal(R"({"hint":"a"})")), "member 'error' is missing");
}

TEST(Protocol, an_answer_to_a_discovery_names_a_node_and_files_that_can_be) {
  const auto refused = [](const char* member, const char* value) {
    auto answer = nlohmann::json::parse(render_discover_answer({.time_ms = 1, .decision = boot()}));
    answer[nlohmann::json::json_pointer(member)] = nlohmann::json::parse(value);
    return reason_of(parse_discover_answer(answer.dump()));
  };
  EXPECT_EQ(refused("/time_ms", "1"), "none");
  EXPECT_EQ(refused("/time_ms", "-1"),
            "member 'time_ms' is not a whole number from 0 to 7258118400000");
  EXPECT_EQ(refused("/node/name", "\"../n001\""), "member 'node.name' is not a host name");
  EXPECT_EQ(refused("/node/address", "\"10.42.1\""),
            "member 'node.address' is not an IPv4 address");
  EXPECT_EQ(refused("/image/layers", "[]"), "member 'image.layers' has 0 elements and not 1 to 64");
  EXPECT_TRUE(refused("/image/layers/1/file", "\"../etc/shadow\"")
                  .starts_with("member 'image.layers[1]' is not a file of the medium: "));
}

TEST(Protocol, a_failure_that_is_too_long_is_cut_and_still_a_failure) {
  NodeReport long_report = report();
  long_report.failure = std::string(20'000, 'x');
  long_report.console = std::vector<std::string>(30, std::string(300, 'y'));
  const auto read = parse_node_report(render_node_report(long_report));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->failure, std::string(4000, 'x') + "…");
  EXPECT_EQ(read->console.size(), 20U);
  EXPECT_EQ(read->console[0], std::string(200, 'y') + "…");
  const auto stage = parse_stage_request(render_stage_request(
      {.session = "a", .report = {.stage = "image", .failure = std::string(20'000, 'x')}}));
  ASSERT_TRUE(stage) << stage.error().text();
  EXPECT_EQ(stage->report.failure, std::string(1000, 'x') + "…");
}

TEST(Protocol, text_for_people_obeys_no_terminal) {
  const auto read = parse_node_report(R"({"stage":"ready","failure":"\u001b[2J\n"})");
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->failure, "\\x1b[2J\\x0a");
}

TEST(Protocol, a_plan_that_this_version_knows_is_read_with_its_name) {
  plan::Plan plan;
  plan.add(plan::SetHostname{.name = "n001"});
  const auto answer =
      parse_plan_answer(render_plan_answer("g1", plan::to_json(plan.steps.at(0)).dump()), "0.1.0");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->generation, "g1");
  EXPECT_EQ(answer->plan, plan);
}

TEST(Protocol, a_plan_that_this_version_does_not_know_has_a_name_and_a_reason) {
  const auto reason = [](const char* rest) {
    const auto answer =
        parse_plan_answer(std::format(R"({{"generation":"g2",{}}})", rest), "0.1.0");
    EXPECT_TRUE(answer) << rest;
    EXPECT_EQ(answer->generation, "g2");
    return answer->plan ? "none" : answer->plan.error().text();
  };
  EXPECT_EQ(
      reason(R"("schema":2,"steps":[{"step":"hostname","name":"n001"},{"step":"volume"}])"),
      "this node's agent of version 0.1.0 does not know step 'volume'; boot this node again to "
      "take over the head's version");
  EXPECT_EQ(
      reason(R"("schema":3,"steps":[])"),
      "this node's agent of version 0.1.0 knows plans of schema 2, and this one has schema 3; "
      "boot this node again to take over the head's version");
  EXPECT_EQ(reason(R"("schema":2,"steps":[{"step":"hostname","name":"n001","pretty":"x"}])"),
            "this node's agent of version 0.1.0 cannot read the plan: member 'steps[0].pretty' "
            "is unknown; boot this node again to take over the head's version");
  EXPECT_NE(reason(R"("schema":2)"), "none");
  EXPECT_NE(reason(R"("steps":[])"), "none");
}

TEST(Protocol, a_refusal_takes_a_certificate_or_a_token_only_in_so_many_words) {
  const Refusal removed{
      .error = "the node was removed", .hint = "adopt it again", .refused = Refused::certificate};
  EXPECT_EQ(render_refusal(removed),
            R"({"error":"the node was removed","hint":"adopt it again","refused":"certificate"})");
  EXPECT_EQ(parse_refusal(render_refusal(removed)), removed);
  const Refusal used{.error = "used", .hint = "", .refused = Refused::token};
  EXPECT_EQ(parse_refusal(render_refusal(used)), used);
  EXPECT_EQ(render_refusal({.error = "the disk is full"}),
            R"({"error":"the disk is full","hint":""})");
  EXPECT_EQ(parse_refusal(R"({"error":"no","refused":"everything"})")->refused, Refused::nothing);
  EXPECT_EQ(reason_of(parse_refusal("<html>502 Bad Gateway</html>")), "not valid JSON at byte 1");
}

}  // namespace
}  // namespace muster::provisioning
