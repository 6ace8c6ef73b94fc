#include "provisioning/hardware.h"

#include <format>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/os/files.h"
#include "provisioning/agent/inventory.h"

namespace muster::provisioning {
namespace {

using nlohmann::json;

json machine() {
  return {{"uuid", "4C4C4544-0042-3510-8056-B4C04F4A3332"},
          {"serial", "ABC123"},
          {"vendor", "Dell Inc."},
          {"product", "R650"},
          {"firmware", "uefi"},
          {"secure_boot", true},
          {"macs", {"52:54:00:00:00:01", "52:54:00:00:00:02"}},
          {"sockets", 2},
          {"cores_per_socket", 16},
          {"threads_per_core", 2},
          {"processor",
           {{"vendor", "GenuineIntel"},
            {"family", 6},
            {"model", 143},
            {"stepping", 8},
            {"name", "Intel(R) Xeon(R) Gold 6430"},
            {"microcode", "0x2b000590"}}},
          {"memory", 274877906944},
          {"disks", {{{"name", "sda"}, {"size", 480103981056}, {"model", "X"}}}}};
}

TEST(Hardware, is_read_and_written_without_loss) {
  const auto hardware = parse_hardware(machine());
  ASSERT_TRUE(hardware) << hardware.error().text();
  EXPECT_EQ(hardware->topology, (CpuTopology{2, 16, 2}));
  EXPECT_EQ(hardware->topology->cpus(), 64U);
  EXPECT_EQ(hardware->uuid, "4c4c4544-0042-3510-8056-b4c04f4a3332");
  EXPECT_EQ(hardware->processor,
            (Processor{"GenuineIntel", 6, 143, 8, "Intel(R) Xeon(R) Gold 6430", "0x2b000590"}));
  EXPECT_EQ(parse_hardware(to_json(*hardware)), *hardware);
}

TEST(Hardware, a_report_of_an_older_agent_has_no_processor) {
  json report = machine();
  report.erase("processor");
  const auto hardware = parse_hardware(report);
  ASSERT_TRUE(hardware) << hardware.error().text();
  EXPECT_EQ(hardware->processor, std::nullopt);
  EXPECT_FALSE(to_json(*hardware).contains("processor"));
}

TEST(Hardware, a_microcode_that_is_no_revision_is_unknown) {
  const auto read = [](const char* text) {
    json report = machine();
    report["processor"]["microcode"] = text;
    return parse_hardware(report)->processor->microcode;
  };
  EXPECT_EQ(read("0xffffffff"), "0xffffffff");
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("0x"), "");
  EXPECT_EQ(read("2b000590"), "");
  EXPECT_EQ(read("0x../../etc"), "");
  EXPECT_EQ(read("0x00000000000000000"), "");
}

TEST(Hardware, text_of_a_hostile_machine_becomes_harmless) {
  json hostile = machine();
  hostile["serial"] = "\x1b[2J${evil}\n\"'`$(id)";
  hostile["vendor"] = std::string(100'000, 'A');
  const auto hardware = parse_hardware(hostile);
  ASSERT_TRUE(hardware);
  EXPECT_EQ(hardware->serial.find('\x1b'), std::string::npos);
  EXPECT_EQ(hardware->serial.find('\n'), std::string::npos);
  EXPECT_LE(hardware->vendor.size(), 160U);
}

TEST(Hardware, a_report_that_names_no_machine_is_refused) {
  const auto refused = [](json macs) {
    json report = machine();
    report["macs"] = std::move(macs);
    return !parse_hardware(report);
  };
  EXPECT_TRUE(refused(json::array()));
  EXPECT_TRUE(refused({"ff:ff:ff:ff:ff:ff"}));
  EXPECT_TRUE(refused({"52:54:00:00:00:01\n"}));
  EXPECT_TRUE(refused(json::array({1})));
  EXPECT_TRUE(refused("52:54:00:00:00:01"));
  EXPECT_FALSE(parse_hardware(json()));
  EXPECT_FALSE(parse_hardware(json::array()));
}

TEST(Hardware, a_number_that_no_machine_has_is_unknown_and_costs_nothing_else) {
  const auto read = [](const char* member, json value) {
    json report = machine();
    report[member] = std::move(value);
    const auto hardware = parse_hardware(report);
    EXPECT_TRUE(hardware) << member;
    EXPECT_EQ(hardware->left_out.values, 1U) << member;
    EXPECT_EQ(hardware->uuid, "4c4c4544-0042-3510-8056-b4c04f4a3332");
    return hardware.value_or(Hardware());
  };
  EXPECT_EQ(read("sockets", 0).topology, std::nullopt);
  EXPECT_EQ(read("sockets", -1).topology, std::nullopt);
  EXPECT_EQ(read("cores_per_socket", 1e9).topology, std::nullopt);
  EXPECT_EQ(read("threads_per_core", "two").topology, std::nullopt);
  EXPECT_EQ(read("memory", "much").memory, std::nullopt);
  EXPECT_EQ(read("memory", 1).memory, std::nullopt);
  EXPECT_TRUE(read("disks", "none").disks.empty());
  EXPECT_EQ(read("serial", json::array()).serial, "");
  EXPECT_FALSE(read("secure_boot", "yes").secure_boot);
  EXPECT_EQ(read("processor", 7).processor, std::nullopt);
}

TEST(Hardware, a_part_that_cannot_be_read_costs_that_part_alone) {
  json report = machine();
  report["macs"] = {"52:54:00:00:00:01", "none", 7, "52:54:00:00:00:02"};
  report["disks"] = {{{"name", "sda"}}, 5, {{"name", "sdb"}, {"size", 512}}};
  report["accelerators"] = {
      {{"address", "0000:3b:00.0"}, {"vendor", "10de"}, {"device", "20b2"}, {"class", "0302"}},
      {{"address", "somewhere"}, {"vendor", "10de"}, {"device", "20b2"}, {"class", "0302"}}};
  const auto hardware = parse_hardware(report);
  ASSERT_TRUE(hardware) << hardware.error().text();
  ASSERT_EQ(hardware->macs.size(), 2U);
  EXPECT_EQ(to_string(hardware->macs[1]), "52:54:00:00:00:02");
  ASSERT_EQ(hardware->disks.size(), 1U);
  EXPECT_EQ(hardware->disks[0].name, "sdb");
  ASSERT_EQ(hardware->accelerators.size(), 1U);
  EXPECT_EQ(hardware->accelerators[0].address, "0000:3b:00.0");
  EXPECT_EQ(describe(hardware->left_out), "2 network cards, 2 disks, 1 accelerator left out");
}

/// A machine with more of everything than anybody expects.
json rich_machine() {
  json report = machine();
  report["macs"] = json::array();
  for (int i = 0; i < 65; ++i) {
    report["macs"].push_back(std::format("52:54:00:00:01:{:02x}", i));
  }
  report["disks"] = json::array();
  for (int i = 0; i < 513; ++i) {
    report["disks"].push_back({{"name", std::format("sd{}", i)}, {"size", 512}, {"model", "X"}});
  }
  report["accelerators"] = json::array();
  for (int i = 0; i < 70; ++i) {
    report["accelerators"].push_back({{"address", std::format("0000:{:02x}:00.0", i)},
                                      {"vendor", "10de"},
                                      {"device", "20b2"},
                                      {"class", "0302"}});
  }
  report["product"] = std::string(100'000, 'A');
  return report;
}

TEST(Hardware, a_report_that_is_too_rich_is_cut_and_says_so) {
  const auto hardware = parse_hardware(rich_machine());
  ASSERT_TRUE(hardware) << hardware.error().text();
  EXPECT_EQ(hardware->uuid, "4c4c4544-0042-3510-8056-b4c04f4a3332");
  ASSERT_EQ(hardware->macs.size(), 64U);
  EXPECT_EQ(to_string(hardware->macs[0]), "52:54:00:00:01:00") << "the card it booted from";
  EXPECT_EQ(hardware->disks.size(), 512U);
  EXPECT_EQ(hardware->accelerators.size(), 64U);
  EXPECT_LE(hardware->product.size(), 160U);
  EXPECT_EQ(hardware->left_out,
            (LeftOut{.network_cards = 1, .disks = 1, .accelerators = 6, .values = 0, .texts = 1}));
  EXPECT_EQ(parse_hardware(to_json(*hardware)), *hardware) << "it is cut once and no further";
  EXPECT_LT(to_json(*hardware).dump().size(), 512U * 1024) << "nginx refuses more than 1 MiB";
}

TEST(Hardware, what_is_unknown_is_not_written) {
  const auto hardware = parse_hardware({{"macs", {"52:54:00:00:00:01"}}});
  ASSERT_TRUE(hardware) << hardware.error().text();
  EXPECT_EQ(hardware->topology, std::nullopt);
  EXPECT_EQ(hardware->memory, std::nullopt);
  EXPECT_EQ(hardware->firmware, "");
  const json written = to_json(*hardware);
  for (const char* member : {"sockets", "cores_per_socket", "threads_per_core", "memory"}) {
    EXPECT_FALSE(written.contains(member)) << member;
  }
}

TEST(Hardware, a_uuid_that_a_maker_put_on_every_board_is_none) {
  EXPECT_EQ(own_uuid("03000200-0400-0500-0006-000700080009"), "");
  EXPECT_EQ(own_uuid("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"), "");
  EXPECT_EQ(own_uuid("Not Settable"), "");
}

TEST(Inventory, reads_cards_cpus_memory_and_disks_of_a_tree) {
  const auto root = os::TemporaryDirectory::make();
  ASSERT_TRUE(root);
  const auto put = [&](const std::string& path, const std::string& text) {
    ASSERT_TRUE(os::write_file(root->path() / path, text));
  };
  put("proc/cmdline",
      "quiet BOOTIF=01-52-54-00-00-00-02 muster.profile=gpu "
      "muster.image=cuda@5b3f boot=muster\n");
  put("proc/meminfo", "MemTotal:        2048000 kB\nMemFree: 1 kB\n");
  put("proc/cpuinfo",
      "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n"
      "model name\t: AMD EPYC 9654 96-Core Processor\nstepping\t: 1\nmicrocode\t: 0xa101148\n\n"
      "processor\t: 1\nvendor_id\t: AnotherOne\n\n");
  put("sys/class/dmi/id/product_uuid", "72acb10d-0e86-8048-a1ac-8c34c7b17ccd\n");
  for (const std::string name : {"eth0", "eth1", "lo", "br0"})
    put("sys/class/net/" + name + "/type", "1\n");
  put("sys/class/net/lo/type", "772\n");
  put("sys/class/net/eth0/address", "52:54:00:00:00:01\n");
  put("sys/class/net/eth1/address", "52:54:00:00:00:02\n");
  put("sys/class/net/br0/address", "52:54:00:00:00:03\n");
  put("sys/class/net/eth0/device/vendor", "x");
  put("sys/class/net/eth1/device/vendor", "x");
  // A service processor's card for the host: every board of its kind shows the same address.
  put("sys/devices/pci0000:00/usb1/1-1/vendor", "x");
  put("sys/class/net/usb0/type", "1\n");
  put("sys/class/net/usb0/address", "be:3a:f2:b6:05:9f\n");
  std::filesystem::create_directory_symlink(root->path() / "sys/devices/pci0000:00/usb1/1-1",
                                            root->path() / "sys/class/net/usb0/device");
  put("sys/devices/system/cpu/online", "0-7\n");
  for (int cpu = 0; cpu < 8; ++cpu) {
    const std::string topology = std::format("sys/devices/system/cpu/cpu{}/topology/", cpu);
    put(topology + "physical_package_id", std::to_string(cpu / 4));
    put(topology + "core_id", std::to_string(cpu % 4 / 2));
    put(topology + "package_cpus", cpu < 4 ? "0f\n" : "f0\n");
    put(topology + "core_cpus", std::format("{:02x}\n", 3 << (cpu / 2 * 2)));
  }
  put("sys/block/vda/size", "2048\n");
  put("sys/block/vda/device/model", "disk\n");
  put("sys/block/loop0/size", "8\n");
  const auto hardware = agent::read_hardware(root->path());
  ASSERT_TRUE(hardware) << hardware.error().text();
  ASSERT_EQ(hardware->macs.size(), 2U);
  EXPECT_EQ(to_string(hardware->macs[0]), "52:54:00:00:00:02")
      << "the card it booted from comes first";
  EXPECT_EQ(hardware->topology, (CpuTopology{2, 2, 2}));
  EXPECT_EQ(hardware->processor,
            (Processor{"AuthenticAMD", 25, 17, 1, "AMD EPYC 9654 96-Core Processor", "0xa101148"}));
  EXPECT_EQ(hardware->memory, Bytes{2048000U * 1024});
  ASSERT_EQ(hardware->disks.size(), 1U);
  EXPECT_EQ(hardware->disks[0].size.mib(), 1U);
  EXPECT_EQ(agent::read_started_profile(root->path()), "gpu");
  EXPECT_EQ(agent::read_started_image(root->path()), "cuda@5b3f");
}

}  // namespace
}  // namespace muster::provisioning
