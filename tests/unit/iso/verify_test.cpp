#include "iso/verify.h"

#include <unistd.h>

#include "iso/layer_store.h"
#include "iso/media_record.h"
#include "iso/prepare.h"
#include "tests/unit/iso/machine.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

TEST(CompareTrees, names_files_that_differ_are_missing_or_have_another_date) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto a = scratch->path() / "a";
  const auto b = scratch->path() / "b";
  const auto date = fs::file_time_type::clock::now();
  for (const auto& root : {a, b}) {
    for (const auto* name : {"same", "content", "date"}) {
      ASSERT_TRUE(os::write_file(root / name, "x"));
      fs::last_write_time(root / name, date);
    }
  }
  ASSERT_TRUE(os::write_file(b / "content", "y"));
  fs::last_write_time(b / "date", date - std::chrono::seconds(5));
  ASSERT_TRUE(os::write_file(a / "only", "x"));
  const auto found = compare_trees(a, b, 10);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, (std::vector<std::string>{"content", "date", "only"}));
  const auto first = compare_trees(a, b, 1);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 1U);
}

using VerifyIso = Machine;

TEST_F(VerifyIso, touches_nothing_while_another_build_goes_on) {
  if (geteuid() != 0) GTEST_SKIP() << "building needs root";
  std::optional<LayerStore> building = *LayerStore::open(options.cache / "layers");
  const auto theirs = options.cache / "verify/layers/base";
  ASSERT_TRUE(os::write_file(theirs, "x"));
  ASSERT_TRUE(os::write_file(options.out, "medium"));
  std::string said;
  options.listener = [&](const ProgressEvent& event) {
    if (!building) return;
    said = event.text;
    EXPECT_TRUE(fs::exists(theirs));
    EXPECT_TRUE(std::ranges::none_of(programs.commands,
                                     [](const auto& argv) { return argv[0] == "apt-get"; }));
    building.reset();
  };
  EXPECT_FALSE(verify_iso(programs, options)) << "there are no archives";
  EXPECT_TRUE(said.starts_with("waiting for another build in '")) << said;
  EXPECT_TRUE(said.contains(std::format(": process {} (", getpid()))) << said;
  EXPECT_FALSE(fs::exists(theirs)) << "then it went on";
}

TEST_F(VerifyIso, a_medium_that_is_not_there_is_said_before_anything_is_built) {
  if (geteuid() != 0) GTEST_SKIP() << "building needs root";
  const auto verified = verify_iso(programs, options);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().cause, BuildError::Cause::failed);
  EXPECT_NE(verified.error().hint.find("iso build"), std::string::npos);
}

class VerifyWritten : public Machine {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "building needs root";
    Machine::SetUp();
    const auto files = media_files(options.out);
    for (const auto& file : {files.iso, files.checksum, files.packages, files.spdx, files.lock}) {
      ASSERT_TRUE(os::write_file(file, "x"));
    }
  }

  /// As if the medium had been built with this version of its package.
  void record(std::string_view version) {
    programs.version = version;
    const auto prepared = prepare(programs, options);
    ASSERT_TRUE(prepared) << prepared.error().text();
    ASSERT_TRUE(os::write_file(media_files(options.out).lock,
                               render_lock({.id = "a", .closures = prepared->inputs.closures})));
    programs.version = "257";
  }

  std::vector<std::string> left() const {
    std::vector<std::string> files;
    const auto work = options.cache / "verify";
    if (!fs::exists(work)) return files;
    for (const auto& entry : fs::recursive_directory_iterator(work)) {
      if (!entry.is_directory()) files.push_back(fs::relative(entry.path(), work).string());
    }
    return files;
  }
};

TEST_F(VerifyWritten, archives_that_changed_since_are_told_before_anything_is_made) {
  record("256");
  const auto verified = verify_iso(programs, options);
  ASSERT_FALSE(verified);
  EXPECT_TRUE(verified.error().message.contains("'systemd' was 256 and is 257"))
      << verified.error().text();
  EXPECT_FALSE(fs::exists(options.cache / "verify"));
  EXPECT_TRUE(std::ranges::none_of(programs.commands,
                                   [](const auto& argv) { return argv[0] == "mmdebstrap"; }));
}

TEST_F(VerifyWritten, a_lock_file_that_is_none_is_named) {
  const auto verified = verify_iso(programs, options);
  ASSERT_FALSE(verified);
  EXPECT_TRUE(verified.error().message.contains(media_files(options.out).lock.string()))
      << verified.error().text();
}

TEST_F(VerifyWritten, a_build_that_fails_leaves_the_log_that_its_message_names_and_no_more) {
  record("257");
  programs.fails = "mmdebstrap";
  const auto verified = verify_iso(programs, options);
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().hint.find("verify/layers/build.log"), std::string::npos)
      << verified.error().text();
  EXPECT_EQ(left(), std::vector<std::string>{"layers/build.log"});
}

TEST_F(VerifyWritten, a_failure_that_names_no_log_leaves_nothing) {
  programs.update_error = "E: no mirror";
  EXPECT_FALSE(verify_iso(programs, options));
  EXPECT_FALSE(fs::exists(options.cache / "verify"));
}

}  // namespace
}  // namespace muster::iso
