#include "control/api/node_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::api {
namespace {

using nlohmann::json;
using provisioning::Accelerator;
using provisioning::Node;

Node node() {
  Node made{
      {.name = "n001", .profile = "default"}, {.state = provisioning::NodeState::ready}, {}, "1"};
  made.hardware.macs = {parse_mac("52:54:00:00:00:01").value()};
  return made;
}

Accelerator card(const std::string& address, provisioning::AcceleratorDriver driver) {
  Accelerator made{.address = address, .vendor = 0x10de, .device = 0x20b2, .pci_class = 0x0302};
  made.driver = std::move(driver);
  return made;
}

json summary(const Node& node, Detail detail) {
  return json::parse(
      summary_json(node, {.image = "compute", .names = provisioning::PciNames()}, detail));
}

TEST(NodeJson, what_is_unknown_is_null) {
  const json shown = summary(node(), Detail::brief);
  EXPECT_TRUE(shown.at("cpus").is_null());
  EXPECT_TRUE(shown.at("memory").is_null());
  EXPECT_FALSE(shown.contains("accelerators"));
}

TEST(NodeJson, a_wide_list_tells_what_machines_are_made_of) {
  Node rich = node();
  rich.hardware.topology = provisioning::CpuTopology{2, 16, 2};
  rich.hardware.memory = Bytes::from_mib(2048);
  rich.hardware.vendor = "Dell \"Inc.\"";
  rich.hardware.product = "R750xa";
  rich.hardware.firmware = "uefi";
  rich.hardware.processor = provisioning::Processor{.vendor = "GenuineIntel", .name = "Xeon 8358"};
  rich.hardware.lldp = provisioning::LldpNeighbour{.system = "rack1", .port = "7"};
  const provisioning::AcceleratorDriver ready{.name = "nvidia", .files = {"/dev/nvidia0"}};
  rich.hardware.accelerators = {card("0000:17:00.0", ready), card("0000:65:00.0", ready),
                                card("0000:ca:00.0", {})};
  const json shown = summary(rich, Detail::wide);
  EXPECT_EQ(shown.at("cpus"), 64);
  EXPECT_EQ(shown.at("memory"), 2147483648);
  EXPECT_EQ(shown.at("image"), "compute");
  EXPECT_EQ(shown.at("machine"), "Dell \"Inc.\" R750xa");
  EXPECT_EQ(shown.at("processor"), "Xeon 8358");
  EXPECT_EQ(shown.at("firmware"), "uefi");
  EXPECT_EQ(shown.at("switch_port"), "rack1 7");
  EXPECT_EQ(shown.at("accelerators"),
            json::parse(R"([{"type":"nvidia-20b2","state":"no driver","count":1},
                            {"type":"nvidia-20b2","state":"ready","count":2}])"));
}

TEST(NodeJson, each_card_has_its_name_its_type_and_its_state) {
  Node rich = node();
  rich.hardware.accelerators = {card("0000:17:00.0", {.name = "nvidia", .files = {"/dev/nvidia0"}}),
                                card("0000:65:00.0", {.name = "nouveau", .files = {}}),
                                card("0000:ca:00.0", {.name = "nvidia", .files = {}})};
  rich.hardware.accelerators.push_back(rich.hardware.accelerators[0]);
  rich.hardware.accelerators[3].driver.reset();
  const provisioning::PciNames names =
      provisioning::PciNames::parse("10de  NVIDIA\n\t20b2  GA100 [A100 SXM4 80GB]\n");
  const json cards = node_json(rich, {.names = names}).at("hardware").at("accelerators");
  EXPECT_EQ(cards[0].at("name"), "NVIDIA GA100 [A100 SXM4 80GB]");
  EXPECT_EQ(cards[0].at("type"), "a100");
  EXPECT_EQ(cards[0].at("state"), "ready");
  EXPECT_EQ(cards[1].at("state"), "other driver");
  EXPECT_EQ(cards[2].at("state"), "no device file");
  EXPECT_EQ(cards[3].at("state"), "unknown");
}

}  // namespace
}  // namespace muster::api
