#include "iso/inspect/layer.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "tests/unit/inspect/messages.h"

namespace muster::inspect {
namespace {

TEST(LayerLists, have_programs_with_more_rights_than_who_starts_them) {
  EXPECT_EQ(privileged_files({{.path = "usr/bin/wall", .mode = 02755, .group = 5},
                              {.path = "usr/bin/sudo", .mode = 04755},
                              {.path = "var/mail", .type = 'd', .mode = 02775, .group = 8},
                              {.path = "usr/bin/ls", .mode = 0755}}),
            (Texts{"2755 0:5 usr/bin/wall", "4755 0:0 usr/bin/sudo"}));
}

TEST(LayerLists, have_units_that_systemd_starts_and_may_not) {
  const std::string at = "etc/systemd/system/";
  EXPECT_EQ(enabled_units(
                {{.path = at + "multi-user.target.wants/a.service", .type = 'l', .target = "/x"},
                 {.path = at + "b.socket", .type = 'l', .target = "/dev/null"},
                 {.path = at + "alias.service", .type = 'l', .target = "/usr/lib/a.service"},
                 {.path = at + "boot.service.requires/c@1.service", .type = 'l'},
                 {.path = at + "d.service.d/more.conf"},
                 {.path = at + "multi-user.target.wants", .type = 'd'}}),
            (Texts{"boot.service requires c@1.service", "masked b.socket",
                   "multi-user.target wants a.service"}));
}

TEST(OpenFiles, are_those_that_others_may_change) {
  EXPECT_EQ(messages(find_open_files({{.path = "etc/a", .mode = 0666},
                                      {.path = "srv", .type = 'd', .mode = 0777},
                                      {.path = "tmp", .type = 'd', .mode = 01777},
                                      {.path = "bin", .type = 'l', .mode = 0777},
                                      {.path = "usr/bin/x", .mode = 04775},
                                      {.path = "run/fifo", .type = 'p', .mode = 0666},
                                      {.path = "opt/y", .mode = 0644, .owner = 1000},
                                      {.path = "opt/z", .mode = 0644, .owner = 999}})),
            (Texts{"everybody may change 'etc/a'", "everybody may change 'srv'",
                   "'usr/bin/x' runs with other rights, and a group may change it",
                   "'opt/y' belongs to 1000:0, numbers that people get"}));
}

class Layers : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) const {
    ASSERT_TRUE(os::write_file(directory_.path() / path, content));
  }
  LayerReport inspect() {
    const auto report =
        inspect_layer(runner_, {.kind = Tree::Kind::directory, .path = directory_.path()}, "a",
                      {"http://mirror.example/debian/"});
    EXPECT_TRUE(report) << report.error().text();
    return report.value_or(LayerReport{});
  }

  os::PosixCommandRunner runner_;
  os::TemporaryDirectory directory_ = os::TemporaryDirectory::make("layers").value();
};

TEST_F(Layers, are_counted_and_looked_through) {
  write("etc/apt/sources.list", "deb http://mirror.example/debian trixie main\n");
  write("etc/shadow", "root:*:1::::::\n");
  const auto good = inspect();
  EXPECT_TRUE(good.findings.empty()) << good.findings.front().message;
  EXPECT_TRUE(good.remarks.empty()) << good.remarks.front().message;
  EXPECT_EQ(good.bytes, 60U);
  EXPECT_FALSE(good.modules);
  write("etc/apt/sources.list", "deb http://u:p@mirror.example/debian trixie main\n");
  write("root/.ssh/id_ed25519", "key");
  EXPECT_EQ(messages(inspect().findings),
            (Texts{"'root/.ssh/id_ed25519' would be the same on every machine",
                   "'etc/apt/sources.list' has a login for 'http://mirror.example/debian'"}));
}

// A package of the site brings a module of its own; the kernel is in the layer below.
TEST_F(Layers, with_modules_of_a_kernel_that_is_elsewhere_are_not_asked_what_these_need) {
  write("usr/lib/modules/6.12/updates/zfs.ko.xz", "no module at all");
  const auto report = inspect();
  EXPECT_EQ(report.modules, 1U);
  EXPECT_TRUE(report.findings.empty());
}

}  // namespace
}  // namespace muster::inspect
