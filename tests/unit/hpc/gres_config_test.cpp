#include "hpc/gres_config.h"

#include <gtest/gtest.h>

#include "core/base/text.h"

namespace muster::hpc {
namespace {

NodeHardware node(const std::string& name, std::vector<Gpu> gpus) {
  return {.name = name,
          .address = {0x0A2A0101},
          .cores_per_socket = 4,
          .memory = Bytes::from_mib(8192),
          .gpus = std::move(gpus)};
}

std::vector<Gpu> four(const std::string& type) {
  return {{type, "/dev/nvidia0"},
          {type, "/dev/nvidia1"},
          {type, "/dev/nvidia2"},
          {type, "/dev/nvidia3"}};
}

/// The lines about nodes.
std::vector<std::string> node_lines(const std::vector<NodeHardware>& nodes) {
  std::vector<std::string> found;
  for (const std::string& line : lines(render_gres_conf(nodes))) {
    if (line.starts_with("NodeName=")) found.push_back(line);
  }
  return found;
}

TEST(GresConfig, looks_for_no_cards_by_itself) {
  EXPECT_TRUE(render_gres_conf({}).contains("\nAutoDetect=off\n"));
  EXPECT_TRUE(node_lines({node("n001", {})}).empty());
}

TEST(GresConfig, names_the_device_files_of_each_type) {
  const std::vector<Gpu> gpus = {{"a30", "/dev/nvidia0"},
                                 {"a30", "/dev/nvidia2"},
                                 {"a30", "/dev/nvidia3"},
                                 {"mi210", "/dev/dri/renderD129"}};
  EXPECT_EQ(
      node_lines({node("n001", gpus)}),
      (std::vector<std::string>{"NodeName=n001 Name=gpu Type=a30 File=/dev/nvidia[0,2-3]",
                                "NodeName=n001 Name=gpu Type=mi210 File=/dev/dri/renderD129"}));
  EXPECT_EQ(render_gres(gpus), " Gres=gpu:a30:3,gpu:mi210:1");
  EXPECT_EQ(render_gres({}), "");
}

TEST(GresConfig, neighbours_with_the_same_cards_share_a_line) {
  EXPECT_EQ(
      node_lines(
          {node("n001", four("a100")), node("n002", four("a100")), node("n003", four("h100"))}),
      (std::vector<std::string>{"NodeName=n[001-002] Name=gpu Type=a100 File=/dev/nvidia[0-3]",
                                "NodeName=n003 Name=gpu Type=h100 File=/dev/nvidia[0-3]"}));
}

TEST(GresConfig, what_it_writes_is_what_roots_helper_takes) {
  for (const std::string& line :
       node_lines({node("n001", four("a100")), node("n002", {{"x-1", "/dev/accel/accel0"}}),
                   node("n003", {{"x", "/dev/dri/renderD128"}, {"x", "/dev/dri/renderD130"}})})) {
    EXPECT_TRUE(is_line_about_gpus(line)) << line;
  }
  EXPECT_TRUE(is_gres_word(trim(render_gres(four("a100")))));
}

TEST(GresConfig, a_card_that_cannot_be_one_keeps_its_node_out) {
  EXPECT_TRUE(validate_gpus(four("a100")));
  for (const Gpu& gpu : std::initializer_list<Gpu>{{"", "/dev/nvidia4"},
                                                   {"4", "/dev/nvidia4"},
                                                   {"A100", "/dev/nvidia4"},
                                                   {"a100:2", "/dev/nvidia4"},
                                                   {"a", "/dev/sda"},
                                                   {"a", "/dev/nvidia0"}}) {
    std::vector<Gpu> gpus = four("a100");
    gpus.push_back(gpu);
    EXPECT_FALSE(validate_gpus(gpus)) << gpu.type << " " << gpu.file;
  }
  std::vector<Gpu> twice = four("a100");
  twice.push_back({"h100", "/dev/nvidia0"});
  EXPECT_EQ(validate_gpus(twice).error().message, "two cards have the device file '/dev/nvidia0'");
}

TEST(GresConfig, only_whole_lines_of_its_own_form_are_about_gpus) {
  const std::string line = "NodeName=n1 Name=gpu Type=a100 File=/dev/nvidia0";
  EXPECT_TRUE(is_line_about_gpus(line));
  for (const char* tail : {" ", " x", "\\", ",/dev/sda", "/../sda", "[0-1]", " Flags=x"}) {
    EXPECT_FALSE(is_line_about_gpus(line + tail)) << tail;
  }
  for (const char* other :
       {"", "NodeName=n1", "Name=gpu File=/dev/nvidia0", "include /etc/shadow",
        "NodeName=n1 Name=gpu Type=a File=", "NodeName= Name=gpu Type=a File=/dev/nvidia0",
        "NodeName=n1 Name=gpu Type=a File=/dev/nvidia[]",
        "NodeName=n1 Name=gpu Type=a File=/dev/nvidia[0-1-2]",
        "NodeName=n1 Name=gpu Type=a File=/dev/nvidia[0",
        "NodeName=n/1 Name=gpu Type=a File=/dev/nvidia0"}) {
    EXPECT_FALSE(is_line_about_gpus(other)) << other;
  }
}

TEST(GresConfig, only_counts_of_typed_cards_are_a_word_about_gres) {
  EXPECT_TRUE(is_gres_word("Gres=gpu:a100:4"));
  for (const char* other :
       {"Gres=", "Gres=gpu", "Gres=gpu:4", "Gres=gpu:a100:0", "Gres=gpu:a100:04",
        "Gres=gpu:a100:4,", "Gres=fpga:a:1", "Gres=gpu:a100:1000", "gpu:a100:4"}) {
    EXPECT_FALSE(is_gres_word(other)) << other;
  }
}

}  // namespace
}  // namespace muster::hpc
