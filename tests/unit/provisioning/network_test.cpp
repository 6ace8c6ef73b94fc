#include "provisioning/network.h"

#include <gtest/gtest.h>

namespace muster::provisioning {
namespace {

TEST(Nginx, gives_a_loader_that_came_over_http_its_configuration) {
  const std::string text =
      render_nginx({.head = {0x0A2A0001}, .boot_directory = "/usr/share/muster/boot"});
  EXPECT_TRUE(
      text.contains("location = /grub/grub.cfg { alias /usr/share/muster/boot/grub/grub.cfg; }"));
}

}  // namespace
}  // namespace muster::provisioning
