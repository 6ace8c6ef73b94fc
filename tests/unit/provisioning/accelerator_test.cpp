#include "provisioning/accelerator.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "provisioning/agent/accelerators.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;

Accelerator card(std::uint16_t vendor, std::uint16_t device, std::uint16_t pci_class = 0x0302,
                 const std::string& address = "0000:3b:00.0") {
  return {.address = address, .vendor = vendor, .device = device, .pci_class = pci_class};
}

/// The card as the running node tells of it.
Accelerator with(Accelerator card, const std::string& driver, std::vector<std::string> files) {
  card.driver = AcceleratorDriver{.name = driver, .files = std::move(files)};
  return card;
}

const Accelerator kA100 = card(0x10de, 0x20b2);
const Accelerator kMi210 = card(0x1002, 0x740f, 0x0380);
const Accelerator kMax1550 = card(0x8086, 0x0bd5, 0x0380);

TEST(Accelerator, is_what_somebody_could_compute_on) {
  EXPECT_TRUE(is_accelerator(kA100));
  EXPECT_TRUE(is_accelerator(kMi210));
  EXPECT_TRUE(is_accelerator(kMax1550));
  EXPECT_TRUE(is_accelerator(card(0x10de, 0x2684, 0x0300))) << "a desktop's card, RTX 4090";
  EXPECT_TRUE(is_accelerator(card(0x1d94, 0x53b7, 0x1200)))
      << "a processing accelerator of anybody";
}

TEST(Accelerator, is_no_card_that_only_shows_a_console) {
  EXPECT_FALSE(is_accelerator(card(0x1a03, 0x2000, 0x0300))) << "ASPEED";
  EXPECT_FALSE(is_accelerator(card(0x102b, 0x0536, 0x0300))) << "Matrox G200eW3";
  EXPECT_FALSE(is_accelerator(card(0x1234, 0x1111, 0x0300))) << "QEMU std";
  EXPECT_FALSE(is_accelerator(card(0x1af4, 0x1050, 0x0380))) << "virtio";
  EXPECT_FALSE(is_accelerator(card(0x1b36, 0x0100, 0x0300))) << "QXL";
  EXPECT_FALSE(is_accelerator(card(0x1013, 0x00b8, 0x0300))) << "Cirrus";
  EXPECT_FALSE(is_accelerator(card(0x15ad, 0x0405, 0x0300))) << "VMware";
  EXPECT_FALSE(is_accelerator(card(0x1002, 0x515e, 0x0300))) << "ATI ES1000 of a server's board";
  EXPECT_FALSE(is_accelerator(card(0x10de, 0x1aef, 0x0403))) << "the sound of a card";
}

TEST(Accelerator, graphics_of_a_processor_are_shown_and_not_for_jobs) {
  const auto intel =
      with(card(0x8086, 0xa780, 0x0300, "0000:00:02.0"), "i915", {"/dev/dri/renderD128"});
  EXPECT_TRUE(is_accelerator(intel));
  EXPECT_TRUE(is_integrated(intel));
  EXPECT_EQ(device_for_jobs(intel), std::nullopt);
  EXPECT_TRUE(is_integrated(card(0x8086, 0x7d1d, 0x1200, "0000:00:0b.0"))) << "neural processor";
  EXPECT_TRUE(is_integrated(card(0x1002, 0x164e, 0x0300))) << "AMD Raphael";
  EXPECT_FALSE(is_integrated(card(0x1002, 0x1586, 0x0300))) << "AMD Strix Halo";
  EXPECT_FALSE(is_integrated(card(0x1002, 0x74a0, 0x1200))) << "AMD MI300A";
  EXPECT_FALSE(is_integrated(kMax1550));
  EXPECT_FALSE(is_integrated(card(0x10de, 0x26b9, 0x0302, "0000:00:05.0")))
      << "a card that a virtual machine was given";
}

TEST(Accelerator, jobs_are_given_the_device_file_of_the_card) {
  EXPECT_EQ(device_for_jobs(with(kA100, "nvidia", {"/dev/nvidia3"})), "/dev/nvidia3");
  EXPECT_EQ(device_for_jobs(with(kMi210, "amdgpu", {"/dev/dri/renderD129", "/dev/kfd"})),
            "/dev/dri/renderD129");
  EXPECT_EQ(device_for_jobs(with(kMax1550, "xe", {"/dev/dri/renderD130"})), "/dev/dri/renderD130");
  EXPECT_EQ(
      device_for_jobs(with(card(0x1da3, 0x1020, 0x1200), "habanalabs", {"/dev/accel/accel2"})),
      "/dev/accel/accel2");
}

TEST(Accelerator, a_card_that_lacks_something_is_no_card_for_jobs_and_says_what) {
  const auto trouble = [](const Accelerator& card) {
    EXPECT_EQ(device_for_jobs(card), std::nullopt);
    return trouble_of(card);
  };
  EXPECT_EQ(trouble(kA100), CardTrouble::none) << "the running node has not spoken";
  EXPECT_EQ(trouble(with(kA100, "", {})), CardTrouble::no_driver);
  EXPECT_EQ(trouble(with(kA100, "nouveau", {"/dev/dri/renderD128"})), CardTrouble::other_driver);
  EXPECT_EQ(trouble(with(kA100, "nvidia", {})), CardTrouble::no_device_file);
  EXPECT_EQ(trouble(with(kMi210, "amdgpu", {"/dev/dri/renderD129"})), CardTrouble::no_device_file)
      << "/dev/kfd is missing";
  EXPECT_EQ(trouble(with(kMi210, "amdgpu", {"/dev/kfd"})), CardTrouble::no_device_file);
  EXPECT_EQ(trouble_of(with(kA100, "nvidia", {"/dev/nvidia0"})), CardTrouble::none);
}

TEST(Accelerator, is_read_and_written_without_loss) {
  Accelerator whole = with(kMi210, "amdgpu", {"/dev/dri/renderD129", "/dev/kfd"});
  whole.numa_node = 3;
  EXPECT_EQ(parse_accelerator(to_json(whole)), whole);
  EXPECT_EQ(parse_accelerator(to_json(kA100)), kA100);
}

TEST(Accelerator, one_that_cannot_be_is_none) {
  const auto parsed = [](const char* member, json value) {
    json report = to_json(kA100);
    report[member] = std::move(value);
    return parse_accelerator(report).has_value();
  };
  EXPECT_TRUE(parsed("address", "10000:e1:00.0")) << "behind Intel's VMD";
  EXPECT_FALSE(parsed("address", "0000:3b:00.0\n"));
  EXPECT_FALSE(parsed("address", "../../x"));
  EXPECT_FALSE(parsed("address", 7));
  EXPECT_FALSE(parsed("vendor", "10DE"));
  EXPECT_FALSE(parsed("vendor", "0x10de"));
  EXPECT_FALSE(parsed("device", "20b"));
  EXPECT_FALSE(parsed("class", json::array()));
  EXPECT_EQ(parse_accelerator(json("card")), std::nullopt);
}

TEST(Accelerator, files_that_are_no_cards_are_not_believed) {
  json report = to_json(with(kA100, "nvidia", {"/dev/nvidia0"}));
  report["files"] = {"/dev/sda", 7, "/dev/nvidia0/../sda", "/dev/nvidia1"};
  EXPECT_EQ(parse_accelerator(report)->driver->files, std::vector<std::string>{"/dev/nvidia1"});
  report["driver"] = "nvidia; reboot";
  EXPECT_EQ(parse_accelerator(report)->driver, std::nullopt);
}

TEST(AcceleratorNews, a_whole_list_is_told_at_once) {
  agent::AcceleratorNews news;
  EXPECT_EQ(news.settled(), std::nullopt);
  news.look({with(kA100, "nvidia", {"/dev/nvidia0"})}, {});
  ASSERT_TRUE(news.settled());
  EXPECT_EQ(news.settled()->size(), 1U);
  agent::AcceleratorNews nothing;
  nothing.look({}, {});
  EXPECT_EQ(nothing.settled(), std::vector<Accelerator>());
}

TEST(AcceleratorNews, what_is_missing_is_told_when_it_stays_so) {
  agent::AcceleratorNews news;
  const std::vector broken = {with(kA100, "nvidia", {})};
  const agent::AcceleratorNews::TimePoint start;
  for (int second = 0; second < 30; ++second)
    news.look(broken, start + std::chrono::seconds(second));
  EXPECT_EQ(news.settled(), std::nullopt) << "its device file may still come";
  news.look(broken, start + std::chrono::seconds(30));
  EXPECT_EQ(news.settled(), broken);
}

}  // namespace
}  // namespace muster::provisioning
