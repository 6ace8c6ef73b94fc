#include "head/backup_manifest.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::head {
namespace {

using nlohmann::json;

constexpr const char* kHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

BackupManifest example() {
  return {
      .version = "0.1.0",
      .cluster = "lab",
      .head = "head",
      .address = "10.42.0.1",
      .made_ms = 1795000000000,
      .schema = 2,
      .files = {{.path = "/var/lib/muster/state.db", .size = 4096, .sha256 = kHash},
                {.path = "/etc/muster/cluster.yaml", .size = 0, .sha256 = kHash, .mode = 0644}}};
}

/// What is said of a manifest with one member another; "read" when nothing is.
std::string said_of(const std::string& pointer, const json& value) {
  json document = json::parse(render_manifest(example()));
  document[json::json_pointer(pointer)] = value;
  const auto read = parse_manifest(document.dump());
  return read ? "read" : read.error().message;
}

TEST(BackupManifest, is_read_as_it_was_written) {
  const auto read = parse_manifest(render_manifest(example()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, example());
}

TEST(BackupManifest, of_a_newer_format_is_refused_by_the_version_that_made_it) {
  json document = json::parse(render_manifest(example()));
  document["format"] = 2;
  document["version"] = "9.0";
  document.erase("files");
  const auto read = parse_manifest(document.dump());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, ErrorKind::conflict);
  EXPECT_NE(read.error().message.find("Muster 9.0"), std::string::npos) << read.error().text();
}

TEST(BackupManifest, members_that_a_later_version_adds_are_passed_over) {
  EXPECT_EQ(said_of("/comment", "nightly"), "read");
  EXPECT_EQ(said_of("/files/0/owner", "muster"), "read");
}

TEST(BackupManifest, leads_to_no_file_that_a_backup_does_not_have) {
  EXPECT_NE(said_of("/files/1/path", "/etc/shadow").find("'/etc/shadow'"), std::string::npos);
  EXPECT_NE(said_of("/files/1/path", "/var/lib/muster/ca/../../x"), "read");
  EXPECT_NE(said_of("/files/1/path", "/var/lib/muster/state.db").find("twice"), std::string::npos);
}

TEST(BackupManifest, says_what_is_wrong_in_it) {
  EXPECT_NE(said_of("/files/0/path", "/var/lib/muster/ca/ca.key").find("no '/var/lib/muster/state"),
            std::string::npos);
  EXPECT_NE(said_of("/files/0/sha256", "abc").find("files[0].sha256"), std::string::npos);
  EXPECT_NE(said_of("/files/0/mode", 04755).find("files[0].mode"), std::string::npos);
  EXPECT_NE(said_of("/files/0/size", -1).find("files[0].size"), std::string::npos);
  EXPECT_NE(said_of("/files", 1).find("files"), std::string::npos);
  EXPECT_NE(said_of("/files", json::array()), "read");
  EXPECT_NE(said_of("/cluster", 7).find("cluster"), std::string::npos);
  EXPECT_FALSE(parse_manifest("{}"));
  EXPECT_FALSE(parse_manifest("no JSON"));
}

}  // namespace
}  // namespace muster::head
