#pragma once
// A registry in memory and machines that come to it.

#include <format>
#include <gtest/gtest.h>

#include "provisioning/registry.h"

namespace muster::provisioning {

inline constexpr Ipv4Address kDynamic{0x0A2A0064};
inline constexpr Ipv4Address kElsewhere{0x0A2A0065};

inline std::string uuid(int number) {
  return std::format("72acb10d-0e86-8048-a1ac-{:012x}", number);
}
inline MacAddress mac(int number) {
  return {{0x52, 0x54, 0, 0, static_cast<std::uint8_t>(number >> 8),
           static_cast<std::uint8_t>(number)}};
}
inline Hardware blank_machine(int number) {
  return {.uuid = uuid(number),
          .firmware = "bios",
          .macs = {mac(number)},
          .memory = Bytes::from_mib(2048)};
}

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto opened =
        Registry::open(*store_, {.addresses = {{0x0A2A0101}, {0x0A2A0103}}, .opened_ms = now_});
    ASSERT_TRUE(opened) << opened.error().text();
    registry_ = std::move(*opened);
    registry_->set_policy(Policy::open, 0);
  }
  Welcome boot(int number, Ipv4Address address = kDynamic) {
    auto welcome = registry_->discover(blank_machine(number), address, now_);
    EXPECT_TRUE(welcome) << welcome.error().text();
    return welcome.value_or(Welcome());
  }
  /// Boots the machine to `ready`; returns its node.
  Node bring_up(int number) {
    const Welcome welcome = boot(number);
    const auto node = registry_->redeem(welcome.token, now_);
    EXPECT_TRUE(node) << node.error().text();
    EXPECT_TRUE(registry_->set_certificate(node->id, {"AB"}, now_));
    EXPECT_TRUE(registry_->report(node->id, {.stage = "ready", .generation = "g"}, now_));
    return *registry_->find(node->name);
  }

  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  std::unique_ptr<Registry> registry_;
  std::int64_t now_ = 1'000'000;
};

}  // namespace muster::provisioning
