#include "lab/lab_plan.h"

#include <gtest/gtest.h>
#include <set>

#include "core/os/files.h"

namespace muster::lab {
namespace {

LabRequest small_request() {
  return {.name = "blue", .directory = "/labs/blue", .iso = "/iso/muster.iso", .host_cpus = 2};
}

TEST(LabPlan, has_a_head_and_the_nodes_in_order) {
  const auto plan = plan_lab(small_request());
  ASSERT_TRUE(plan);
  ASSERT_EQ(plan->machines.size(), 3U);
  EXPECT_EQ(plan->machines[0].name, "head");
  EXPECT_EQ(plan->machines[1].name, "n1");
  EXPECT_EQ(plan->machines[2].name, "n2");
}

TEST(LabPlan, gives_the_iso_to_the_head_only) {
  const auto plan = plan_lab(small_request());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->machines[0].iso, "/iso/muster.iso");
  EXPECT_FALSE(plan->machines[1].iso);
}

TEST(LabPlan, is_the_same_for_the_same_request) {
  EXPECT_EQ(*plan_lab(small_request()), *plan_lab(small_request()));
}

TEST(LabPlan, gives_every_machine_an_identity_of_its_own) {
  LabRequest request = small_request();
  request.nodes = kMostNodes;
  const auto plan = plan_lab(request);
  ASSERT_TRUE(plan);
  std::set<std::string> identities;
  for (const MachinePlan& machine : plan->machines) {
    identities.insert(muster::to_string(machine.mac));
    identities.insert(machine.uuid);
    identities.insert(machine.serial);
  }
  EXPECT_EQ(identities.size(), 3 * plan->machines.size());
}

TEST(LabPlan, gives_other_identities_in_a_lab_of_another_name) {
  LabRequest other = small_request();
  other.name = "green";
  EXPECT_NE(plan_lab(small_request())->machines[1].uuid, plan_lab(other)->machines[1].uuid);
  EXPECT_NE(plan_lab(small_request())->machines[1].mac, plan_lab(other)->machines[1].mac);
}

TEST(LabPlan, keeps_the_machines_of_its_seed_under_another_name) {
  const LabPlan first = *plan_lab(small_request());
  LabRequest request = small_request();
  request.name = "green";
  request.seed = first.seed;
  EXPECT_EQ(plan_lab(request)->machines, first.machines);
  EXPECT_EQ(first.seed, "blue");
}

TEST(LabPlan, writes_uuids_of_version_8) {
  const std::string uuid = plan_lab(small_request())->machines[1].uuid;
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '8');
  EXPECT_EQ(uuid[19], 'a');
}

TEST(LabPlan, gives_the_head_no_more_processors_than_there_are) {
  LabRequest request = small_request();
  request.host_cpus = 1;
  EXPECT_EQ(plan_lab(request)->machines[0].cpus, 1);
  request.host_cpus = 64;
  EXPECT_EQ(plan_lab(request)->machines[0].cpus, 2);
}

TEST(LabPlan, refuses_a_name_that_leads_out_of_its_directory) {
  LabRequest request = small_request();
  request.name = "../etc";
  EXPECT_EQ(plan_lab(request).error().message, "'../etc' is no name for a lab");
}

TEST(LabPlan, refuses_more_nodes_than_addresses_are_made_for) {
  LabRequest request = small_request();
  request.nodes = kMostNodes + 1;
  EXPECT_FALSE(plan_lab(request));
  request.nodes = -1;
  EXPECT_FALSE(plan_lab(request));
}

TEST(LabPlan, refuses_memory_in_which_nothing_starts) {
  LabRequest request = small_request();
  request.node_memory = Bytes::from_mib(64);
  EXPECT_EQ(plan_lab(request).error().message, "a machine cannot start in 64 MiB");
}

TEST(LabPlan, counts_what_the_emulators_need_beside_the_guests) {
  LabRequest request = small_request();
  request.nodes = 1;
  request.head_memory = Bytes::from_mib(1000);
  request.node_memory = Bytes::from_mib(500);
  EXPECT_EQ(host_memory(*plan_lab(request)), Bytes::from_mib(1000 + 500 + 2 * 384));
}

TEST(LabPlan, a_head_and_two_nodes_take_what_the_papers_and_the_tests_ask_for) {
  const Bytes needed = host_memory(*plan_lab({.name = "blue", .iso = "/iso/muster.iso"}));
  EXPECT_EQ(needed, Bytes::from_mib(6272));
  const auto has = [](const std::string& file, const std::string& text) {
    return os::read_file(MUSTER_SOURCE "/" + file).value_or("").contains(text);
  };
  EXPECT_TRUE(has("tools/test", "\nneeded_memory_mib=6272\n"));
  EXPECT_TRUE(has("tests/system/places.py", "\nHEAD_MEMORY = 2432\nNODE_MEMORY = 1920\n"));
  EXPECT_TRUE(has("README.md", "6.2 GiB of free memory"));
  EXPECT_TRUE(has("docs/quick-start.md", "6.2 GiB of free memory"));
}

TEST(LabPlan, plans_a_later_node_as_it_would_have_been) {
  LabRequest request = small_request();
  request.nodes = 3;
  EXPECT_EQ(plan_node(small_request(), 3), plan_lab(request)->machines[3]);
}

TEST(LabWire, a_site_is_a_second_switch_with_an_address_and_the_heads_port) {
  LabRequest request;
  request.site = Site::present;
  const LabPlan plan = *plan_lab(request);
  EXPECT_TRUE(has_site(plan));
  EXPECT_EQ(plan.machines[0].site, Site::present);
  EXPECT_EQ(plan.machines[1].site, Site::none);
  EXPECT_TRUE(
      render_wire(plan).ends_with("link add site address 52:54:00:ff:ff:01 type bridge stp_state 0 "
                                  "forward_delay 0 mcast_snooping 0\n"
                                  "address add 192.0.2.1/24 dev site\n"
                                  "link set site up\n"
                                  "tuntap add tap-site mode tap\n"
                                  "link set tap-site master site up\n"));
}

TEST(LabWire, is_a_switch_with_one_port_for_each_machine) {
  LabRequest request = small_request();
  request.nodes = 1;
  EXPECT_EQ(render_wire(*plan_lab(request)),
            "link set lo up\n"
            "link add wire type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
            "link set wire addrgenmode none\n"
            "link set wire up\n"
            "tuntap add tap-head mode tap\n"
            "link set tap-head addrgenmode none\n"
            "link set tap-head master wire up\n"
            "tuntap add tap-n1 mode tap\n"
            "link set tap-n1 addrgenmode none\n"
            "link set tap-n1 master wire up\n");
}

TEST(LabPlan, of_nodes_that_boot_by_http_needs_firmware_that_can) {
  const LabRequest request{.directory = "/x", .iso = "/x.iso", .node_boot = NodeBoot::http};
  const auto plan = plan_lab(request);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(plan.error().message.contains("HTTP")) << plan.error().text();
}

}  // namespace
}  // namespace muster::lab
