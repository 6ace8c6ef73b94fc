// Nodes as the store keeps them: what earlier versions wrote is read.

#include "provisioning/node_documents.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

TEST(NodeDocuments, of_the_first_schema_are_all_of_a_node_with_unknown_processors_and_memory) {
  const char* const stored =
      R"({"id":"1","name":"n001","address":"10.42.1.1","profile":"default","state":"adopted","stage":"","reason":"",)"
      R"("progress":0,"certificate_serial":"AB","generation":"","seen_ms":0,"ready_ms":0,)"
      R"("hardware":{"macs":["52:54:00:00:00:01"],"sockets":1,"cores_per_socket":1,)"
      R"("threads_per_core":1,"memory":1073741824,"firmware":"bios","disks":[],"secure_boot":false,)"
      R"("uuid":"","serial":"","vendor":"","product":""}})";
  Node node;
  const auto read = read_document(node, kDesiredKind, stored);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(node.name, "n001");
  EXPECT_EQ(node.state, NodeState::adopted);
  EXPECT_EQ(node.certificate_serial, "AB");
  EXPECT_EQ(node.hardware.topology, std::nullopt);
  EXPECT_EQ(node.hardware.memory, std::nullopt);
  EXPECT_EQ(node.hardware.firmware, "");
}

TEST(NodeDocuments, are_read_as_they_were_written) {
  Node node{{.name = "n001", .address = {0x0A2A0101}, .profile = "gpu"},
            {.booted_profile = "default", .state = NodeState::ready, .stage = "ready"},
            {.certificate_serial = "AB", .offered_serial = "CD"}};
  node.reboot = RebootWish{.id = "w", .asked_ms = 5};
  node.hardware.macs = {*parse_mac("52:54:00:00:00:01")};
  node.drift = "a file";
  node.drifts = 2;
  Node again;
  for (const std::string_view kind : kNodeKinds) {
    const auto read = read_document(again, kind, render_document(node, kind));
    ASSERT_TRUE(read) << kind << ": " << read.error().text();
  }
  EXPECT_EQ(again, node);
}

TEST(NodeDocuments, that_are_damaged_or_of_a_later_schema_are_refused_and_change_nothing) {
  for (const std::string_view kind : kNodeKinds) {
    for (const char* text : {"", "[]", "{", R"({"schema":99})", R"({"schema":"2"})"}) {
      Node node;
      EXPECT_FALSE(read_document(node, kind, text)) << kind << ": " << text;
      EXPECT_EQ(node, Node()) << kind << ": " << text;
    }
  }
}

}  // namespace
}  // namespace muster::provisioning
