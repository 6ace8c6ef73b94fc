// `muster iso inspect` of what real mksquashfs and xorriso made.

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"

namespace muster {
namespace {

class IsoInspect : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) const {
    ASSERT_TRUE(os::write_file(tree() / path, content));
  }
  std::filesystem::path tree() const { return folder_.path() / "tree"; }
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  void make(std::vector<std::string> argv) {
    const auto made = os::run_checked(runner_, {.argv = std::move(argv)});
    ASSERT_TRUE(made) << made.error().text();
  }
  os::CommandResult inspect(const std::string& path, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {MUSTER_PROGRAM, "iso", "inspect", path});
    return *runner_.run({.argv = std::move(options)});
  }

  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("iso-inspect").value();
  os::PosixCommandRunner runner_;
};

TEST_F(IsoInspect, tells_of_a_directory_what_is_wrong_and_says_so_by_its_status) {
  write("etc/shadow", "root:*:1::::::\n");
  const auto good = inspect(tree());
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_TRUE(good.out.ends_with("nothing is wrong with '" + tree().string() + "'\n")) << good.out;
  write("root/.ssh/id_rsa", "key");
  const auto bad = inspect(tree(), {"--json"});
  EXPECT_EQ(bad.status, 1);
  const auto json = nlohmann::json::parse(bad.out);
  EXPECT_EQ(json.at("findings").at(0).at("message"),
            "'root/.ssh/id_rsa' would be the same on every machine");
}

TEST_F(IsoInspect, tells_what_is_worth_a_look_and_finds_nothing_wrong) {
  write("opt/shared", "x");
  std::filesystem::permissions(tree() / "opt/shared", std::filesystem::perms(0666));
  const auto done = inspect(tree());
  EXPECT_EQ(done.status, 0) << done.out;
  EXPECT_TRUE(done.out.contains("worth a look:\n  everybody may change 'opt/shared'; "))
      << done.out;
}

TEST_F(IsoInspect, reads_a_squashfs_and_shows_no_control_characters_of_its_names) {
  write("home/\x1b[2Jada/.netrc", "login");
  make({"mksquashfs", tree().string(), file("layer"), "-quiet"});
  const auto done = inspect(file("layer"));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(done.out.contains("'home/\\x1b[2Jada/.netrc' would be")) << done.out;
  EXPECT_FALSE(done.out.contains('\x1b'));
}

TEST_F(IsoInspect, answers_in_json_whatever_bytes_a_name_has) {
  write("home/\xff/.netrc", "login");
  make({"mksquashfs", tree().string(), file("layer"), "-quiet"});
  const auto done = inspect(file("layer"), {"--json"});
  EXPECT_EQ(done.status, 1) << done.err;
  EXPECT_TRUE(nlohmann::json::accept(done.out)) << done.out;
}

TEST_F(IsoInspect, tells_of_an_iso_of_somebody_else_that_it_is_none_of_ours) {
  write("live/vmlinuz", "kernel");
  make({"xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", file("a.iso"), tree().string()});
  const auto done = inspect(file("a.iso"), {"--json"});
  EXPECT_EQ(done.status, 1) << done.err;
  const auto json = nlohmann::json::parse(done.out);
  std::string messages;
  for (const auto& finding : json.at("findings")) {
    messages += finding.at("message").get<std::string>() + "\n";
  }
  for (const auto* expected :
       {"SHA256SUMS: it is not there\n", "'live/vmlinuz' is not in SHA256SUMS\n",
        "the medium does not start as a 'BIOS disc'\n", "boot/grub/grub.cfg: it is not there\n"}) {
    EXPECT_TRUE(messages.contains(expected)) << messages;
  }
}

TEST_F(IsoInspect, follows_a_link_to_an_iso) {
  write("live/vmlinuz", "kernel");
  make({"xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", file("a.iso"), tree().string()});
  std::filesystem::create_symlink("a.iso", file("latest.iso"));
  const auto done = inspect(file("latest.iso"));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(done.out.contains(" things are wrong with '" + file("latest.iso") + "'"))
      << done.out << done.err;
  std::filesystem::remove(file("a.iso"));
  EXPECT_TRUE(inspect(file("latest.iso")).err.contains("cannot read '" + file("latest.iso") + "'"));
}

// As after `muster iso write`: the stick is larger than the ISO.
TEST_F(IsoInspect, reads_a_disk_that_an_iso_was_written_to) {
  if (geteuid() != 0) GTEST_SKIP() << "root is needed for a loop device";
  write("live/vmlinuz", "kernel");
  make({"xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", file("a.iso"), tree().string()});
  const auto of_file = nlohmann::json::parse(inspect(file("a.iso"), {"--json"}).out);
  std::filesystem::resize_file(file("a.iso"), 8U << 20U);
  const auto device =
      os::run_checked(runner_, {.argv = {"losetup", "--find", "--show", file("a.iso")}});
  ASSERT_TRUE(device) << device.error().text();
  const auto of_disk = inspect(std::string(trim(*device)), {"--json"});
  make({"losetup", "--detach", std::string(trim(*device))});
  const auto json = nlohmann::json::parse(of_disk.out);
  EXPECT_EQ(json.at("findings"), of_file.at("findings"));
  EXPECT_EQ(json.at("size"), 8U << 20U);
}

TEST_F(IsoInspect, reads_no_text_and_no_modules_of_a_size_that_none_have) {
  constexpr std::uintmax_t kHuge = 5ULL << 30U;
  for (const auto* path : {"etc/shadow", "usr/lib/modules/6.12/modules.order",
                           "usr/lib/modules/6.12/modules.builtin"}) {
    write(path, "x");
    std::filesystem::resize_file(tree() / path, kHuge);
  }
  const auto done = inspect(tree());
  EXPECT_EQ(done.status, 1) << done.err;
  EXPECT_TRUE(done.out.contains("'etc/shadow' has 5.0 GiB and was not read")) << done.out;
  EXPECT_TRUE(done.out.contains("below 'usr/lib/modules' is more than 4.0 GiB")) << done.out;
}

TEST_F(IsoInspect, refuses_what_is_none_of_them) {
  ASSERT_TRUE(os::write_file(file("letter"), "a letter"));
  const auto letter = inspect(file("letter"));
  EXPECT_EQ(letter.status, 1);
  EXPECT_TRUE(letter.err.contains("'" + file("letter") + "' is no ISO")) << letter.err;
  const auto nothing = inspect(file("none"));
  EXPECT_EQ(nothing.status, 1);
  EXPECT_TRUE(nothing.err.contains(file("none"))) << nothing.err;
}

// Half of a download has the start of an ISO.
TEST_F(IsoInspect, tells_that_an_iso_is_cut_off) {
  write("live/filesystem.squashfs", std::string(3U << 20U, 'x'));
  make({"xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", file("a.iso"), tree().string()});
  std::filesystem::resize_file(file("a.iso"), 1U << 20U);
  const auto done = inspect(file("a.iso"));
  EXPECT_EQ(done.status, 1);
  EXPECT_TRUE(done.err.contains("'" + file("a.iso") + "' ends before byte ")) << done.err;
}

}  // namespace
}  // namespace muster
