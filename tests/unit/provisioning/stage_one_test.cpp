#include "provisioning/agent/stage_one.h"

#include <gtest/gtest.h>

namespace muster::agent {
namespace {

const std::string kOld = "compute@" + std::string(64, 'a');
const std::string kNew = "compute@" + std::string(64, 'b');

TEST(StageOne, goes_on_with_the_image_that_the_machine_was_started_with) {
  EXPECT_TRUE(check_started_image(kOld, kOld));
  EXPECT_TRUE(check_started_image("", kNew)) << "a boot script of an earlier version";
  EXPECT_TRUE(check_started_image(kOld, "")) << "a head of an earlier version";
}

TEST(StageOne, starts_anew_when_its_image_is_gone) {
  const Status refused = check_started_image(kOld, kNew);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().text(),
      "the head no longer has compute@aaaaaaaaaaaa, with whose kernel this machine started; it "
      "restarts, and boots compute@bbbbbbbbbbbb");
}

}  // namespace
}  // namespace muster::agent
