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

inline Now operator+(Now now, std::int64_t ms) {
  return {.wall_ms = now.wall_ms + ms, .steady_ms = now.steady_ms + ms};
}

class RegistryTest : public testing::Test {
 protected:
  void SetUp() override { open(); }
  /// A head that starts anew: what it had in memory is gone.
  void open() {
    registry_.reset();
    auto opened =
        Registry::open(*store_, {.addresses = {{0x0A2A0101}, {0x0A2A0103}}, .opened = now_});
    ASSERT_TRUE(opened) << opened.error().text();
    registry_ = std::move(*opened);
    registry_->discovery().set_policy(Policy::open, 0);
  }
  void pass(std::int64_t ms) { now_ = now_ + ms; }
  void tick(Now now) {
    registry_->tick(now);
    ASSERT_TRUE(registry_->flush());
  }
  Welcome discover(const Hardware& hardware, Ipv4Address address = kDynamic) {
    auto welcome = registry_->discovery().discover(hardware, address, now_).wait();
    EXPECT_TRUE(welcome) << welcome.error().text();
    return welcome.value_or(Welcome());
  }
  Welcome boot(int number, Ipv4Address address = kDynamic) {
    return discover(blank_machine(number), address);
  }
  Result<Node> enrol(const std::string& token, const std::string& serial = "AB") {
    const auto issue = [&](const Node&) -> Result<Credentials> {
      return Credentials{.serial = serial};
    };
    auto node = registry_->enrolment().enrol(token, now_, issue).wait();
    // The alarm of one that is refused.
    EXPECT_TRUE(registry_->flush());
    return node;
  }
  Result<Node> show(const Node& node, const std::string& serial, Ipv4Address address = kDynamic) {
    auto shown = registry_->enrolment().authenticate(node.id, serial, address, now_);
    EXPECT_TRUE(registry_->flush());
    return shown;
  }
  Result<Node> beat(const std::string& id, Now now) {
    return registry_->heartbeat(id, {.holds = Holds::its_plan}, now).wait();
  }
  Result<bool> tell(const std::string& id, const NodeReport& report) {
    return registry_->report(id, report, now_).wait();
  }
  /// Boots the machine to `ready`; returns its node.
  Node bring_up(const Hardware& machine) {
    const Welcome welcome = discover(machine);
    const auto node = enrol(welcome.token);
    EXPECT_TRUE(node) << node.error().text();
    EXPECT_TRUE(tell(node->id, {.stage = "ready", .generation = "g"}));
    return *registry_->find(node->name);
  }
  Node bring_up(int number) { return bring_up(blank_machine(number)); }

  std::unique_ptr<state::Store> store_ = state::make_memory_store();
  std::unique_ptr<Registry> registry_;
  Now now_ = {.wall_ms = 1'800'000'000'000, .steady_ms = 1'000'000};
};

}  // namespace muster::provisioning
