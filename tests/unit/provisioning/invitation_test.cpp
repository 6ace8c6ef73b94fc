#include "provisioning/agent/invitation.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

Invitation invitation() {
  return {.head = "10.42.0.1",
          .boot = {.node_id = "a1",
                   .node_name = "n001",
                   .address = {0x0A2A0101},
                   .session = "s1",
                   .token = "v1.aa.bb",
                   .ca = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
                   .image_name = "compute",
                   .layers = {{.path = "muster/layers/base.squashfs",
                               .size = {7000},
                               .sha256 = std::string(64, 'a')}}}};
}

TEST(Invitation, is_the_same_for_the_system_as_for_the_initrd) {
  const auto read = parse_invitation(render_invitation(invitation()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, invitation());
}

TEST(Invitation, that_is_damaged_says_so) {
  std::string text = render_invitation(invitation());
  text.resize(text.size() / 2);
  for (const std::string& damaged :
       {text, std::string("{}"), std::string(R"({"head":"10.42.0.1","time_ms":0,"state":"wait",
       "reason":"it waits"})")}) {
    const auto read = parse_invitation(damaged);
    ASSERT_FALSE(read) << damaged;
    EXPECT_TRUE(read.error().text().starts_with("the boot record is damaged: "));
    EXPECT_EQ(read.error().hint, "boot this node again");
  }
}

}  // namespace
}  // namespace muster::agent
