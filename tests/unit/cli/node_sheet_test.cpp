#include "apps/muster/node_sheet.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::cli {
namespace {

using nlohmann::json;

json imported() {
  return {{"name", "n001"},
          {"state", "adopted"},
          {"stage", ""},
          {"address", "10.42.1.1"},
          {"profile", "default"},
          {"id", "1"},
          {"reason", ""},
          {"hardware", {{"macs", {"52:54:00:00:00:01"}}, {"disks", json::array()}}}};
}

/// The text behind a key of the sheet.
std::string value_of(const std::string& sheet, const std::string& key) {
  const std::size_t at = sheet.find("  " + key);
  if (at == std::string::npos) return "missing";
  const std::string_view line = std::string_view(sheet).substr(at, sheet.find('\n', at) - at);
  return std::string(line.substr(line.find_first_not_of(' ', 2 + key.size())));
}

TEST(NodeSheet, says_unknown_of_a_node_that_was_never_seen) {
  const std::string sheet = render_node(imported());
  for (const char* key : {"machine", "firmware", "processor", "CPUs", "memory"}) {
    EXPECT_EQ(value_of(sheet, key), "unknown") << key;
  }
}

TEST(NodeSheet, names_the_processor_with_the_revision_of_its_microcode) {
  json node = imported();
  node["hardware"]["processor"] = {{"vendor", "AuthenticAMD"},
                                   {"family", 25},
                                   {"model", 17},
                                   {"stepping", 1},
                                   {"name", "AMD EPYC 9654"},
                                   {"microcode", "0xa101148"}};
  EXPECT_EQ(value_of(render_node(node), "processor"),
            "AMD EPYC 9654 (family 25, model 17, stepping 1), microcode 0xa101148");
}

TEST(NodeSheet, tells_of_each_card_what_jobs_can_do_with_it) {
  json node = imported();
  const auto text = [&node](const char* state, const char* driver) {
    json card = {{"address", "0000:3b:00.0"}, {"name", "NVIDIA GA100"}, {"type", "a100"}};
    card["state"] = state;
    card["driver"] = driver;
    node["hardware"]["accelerators"] = json::array({card});
    return value_of(render_node(node), "accelerator");
  };
  EXPECT_EQ(text("ready", "nvidia"),
            "0000:3b:00.0 NVIDIA GA100, for jobs: gpu:a100, driver nvidia");
  EXPECT_EQ(text("no driver", ""), "0000:3b:00.0 NVIDIA GA100, no driver, not for jobs");
  EXPECT_EQ(text("unknown", ""),
            "0000:3b:00.0 NVIDIA GA100, its driver is told when the node is ready");
}

TEST(NodeSheet, says_what_a_report_lacks) {
  json node = imported();
  node["hardware"]["left_out"] = {{"disks", 1}, {"texts", 2}};
  EXPECT_EQ(value_of(render_node(node), "report"), "1 disk left out, 2 texts cut");
}

}  // namespace
}  // namespace muster::cli
