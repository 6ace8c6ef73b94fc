#include "lab/lab_state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::lab {
namespace {

TEST(LabRecord, of_a_plan_reads_back_as_written) {
  const LabPlan plan = *plan_lab({.name = "blue",
                                  .directory = "/labs/a \"quoted\" one",
                                  .iso = "/iso/muster.iso",
                                  .firmware = Firmware::secureboot,
                                  .medium = Medium::usb,
                                  .node_disk = std::nullopt,
                                  .card = Card::igb,
                                  .node_boot = NodeBoot::http});
  const auto read = parse_plan(render_plan(plan));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, plan);
}

TEST(LabRecord, of_the_first_version_has_the_name_for_a_seed) {
  auto record = nlohmann::json::parse(
      render_plan(*plan_lab({.name = "blue", .directory = "/x", .iso = "/x.iso"})));
  record.erase("schema");
  record.erase("seed");
  const auto read = parse_plan(record.dump());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->seed, "blue");
}

TEST(LabRecord, of_a_newer_version_is_refused) {
  std::string text = render_plan(*plan_lab({.directory = "/x", .iso = "/x.iso"}));
  text.replace(text.find("\"schema\": 1"), 11, "\"schema\": 9");
  const auto read = parse_plan(text);
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().message.contains("a newer version")) << read.error().text();
}

TEST(LabRecord, of_a_state_reads_back_as_written) {
  const LabState state{
      .boot = "b007",
      .keeper = {.pid = 41, .start_time = 99},
      .machines = {{.name = "head",
                    .power = Power::on,
                    .agent = Agent::present,
                    .process = os::ProcessId{.pid = 42, .start_time = 100},
                    .reason = "",
                    .resets = 2},
                   {.name = "n1", .power = Power::failed, .reason = "its emulator was killed"}}};
  const auto read = parse_state(render_state(state));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, state);
}

TEST(LabRecord, that_is_damaged_is_an_error_and_no_crash) {
  const std::string whole = render_plan(*plan_lab({.directory = "/labs/x", .iso = "/x.iso"}));
  for (std::size_t length = 0; length < whole.size() - 2; length += 7) {
    EXPECT_FALSE(parse_plan(std::string_view(whole).substr(0, length)));
  }
  for (const char* text :
       {"[]", "null", "7", "{\"name\": 3}", "{\"boot\": \"x\", \"machines\": 1}"}) {
    EXPECT_FALSE(parse_plan(text));
    EXPECT_FALSE(parse_state(text));
  }
}

TEST(LabRecord, whose_machine_leads_out_of_the_directory_is_refused) {
  std::string text = render_plan(*plan_lab({.directory = "/labs/x", .iso = "/x.iso"}));
  text.replace(text.find("\"n1\""), 4, "\"../n1\"");
  EXPECT_FALSE(parse_plan(text));
}

TEST(LabWord, that_is_unknown_names_those_there_are) {
  EXPECT_EQ(parse_firmware("efi").error().text(), "'efi' is unknown; use bios, uefi, secureboot");
  EXPECT_EQ(parse_medium("floppy").error().text(), "'floppy' is unknown; use cdrom, usb");
}

}  // namespace
}  // namespace muster::lab
