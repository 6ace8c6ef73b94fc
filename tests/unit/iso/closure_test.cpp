#include "iso/closure.h"

#include <format>
#include <gtest/gtest.h>

#include "core/crypto/hash.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

const std::string kHash(64, 'a');

std::string line(std::string_view address, std::string_view file, const std::string& hash) {
  return std::format("'{}' {} 171604 SHA256:{}\n", address, file, hash);
}

TEST(Closures, are_what_apt_would_fetch) {
  const auto closure = parse_uris(
      "Reading package lists...\nThe following NEW packages will be installed:\n  htop zlib1g\n" +
          line("http://m.example/pool/z/zlib1g_1%3a1.3_amd64.deb", "zlib1g_1%3a1.3_amd64.deb",
               kHash) +
          line("http://m.example/pool/h/htop_3.4.1-5_amd64.deb", "htop_3.4.1-5_amd64.deb", kHash) +
          line("file:/p/muster_1_amd64.deb", "muster_1_amd64.deb", kHash),
      {"http://m.example/pool/h/"});
  ASSERT_TRUE(closure) << closure.error().text();
  EXPECT_EQ(closure->of_others, std::set<std::string>{"zlib1g"});
  EXPECT_EQ(closure->closure, (Closure{{.name = "htop", .version = "3.4.1-5", .sha256 = kHash},
                                       {.name = "zlib1g", .version = "1:1.3", .sha256 = kHash}}));
}

// apt 3.0, shortened.
TEST(Closures, say_which_packages_are_in_each_others_way) {
  EXPECT_EQ(
      parse_conflicts("Reading package lists...\nThe following packages have unmet "
                      "dependencies:\n chrony : Conflicts: time-daemon\n ntpsec : Conflicts: "
                      "time-daemon\n",
                      "W: Unable to read a file\nE: Unable to correct problems, you have held "
                      "broken packages.\n"),
      (std::vector<std::string>{"chrony : Conflicts: time-daemon",
                                "ntpsec : Conflicts: time-daemon"}));
  EXPECT_EQ(
      parse_conflicts("Reading package lists...\n", "W: x\nE: Unable to locate a\nE: Other\n"),
      std::vector<std::string>{"Unable to locate a"});
  EXPECT_EQ(parse_conflicts("", "").size(), 1U);
}

TEST(Closures, are_of_a_layer_what_is_in_none_below) {
  const LayerPlan head{.name = "head", .kind = LayerKind::head, .lower = {"base"}};
  const Closures closures = {{"base", {{.name = "a", .version = "1"}}},
                             {"head", {{.name = "a", .version = "1"}, {.name = "b"}}}};
  EXPECT_EQ(own_closure(head, closures), Closure{{.name = "b"}});
  EXPECT_TRUE(own_closure({.name = "tools"}, closures).empty());
}

TEST(Closures, show_which_downloads_are_not_what_the_archives_have) {
  const auto place = os::TemporaryDirectory::make().value();
  const auto write = [&](const char* name, const char* text) {
    ASSERT_TRUE(os::write_file(place.path() / name, text));
  };
  write("htop_3.4.1-5_amd64.deb", "right");
  write("zlib1g_1%3a1.3_amd64.deb", "wrong");
  write("zlib1g_1%3a1.2_amd64.deb", "of another version");
  write("other_1_amd64.deb", "of nobody");
  write("lock", "");
  const Closure closure = {
      {.name = "absent", .version = "1", .sha256 = kHash},
      {.name = "htop", .version = "3.4.1-5", .sha256 = crypto::sha256("right")},
      {.name = "zlib1g", .version = "1:1.3", .sha256 = crypto::sha256("right")}};
  const auto changed = find_changed_downloads(place.path(), closure);
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_EQ(*changed, std::vector{place.path() / "zlib1g_1%3a1.3_amd64.deb"});
}

TEST(Closures, need_a_hash_that_is_worth_something) {
  for (const auto* tail : {"a_1_amd64.deb 9 MD5Sum:00", "a_1_amd64.deb 9 SHA256:00",
                           "a_1_amd64.deb 9", "a.deb 9 SHA256:00", ""}) {
    EXPECT_FALSE(parse_uris(std::format("'http://m.example/a.deb' {}\n", tail), {})) << tail;
  }
  EXPECT_FALSE(parse_uris("'http://m.example/a.deb\n", {}));
  EXPECT_TRUE(parse_uris("", {})->closure.empty());
}

TEST(Closures, are_all_that_a_layer_may_have) {
  const LayerPlan head{.name = "head", .kind = LayerKind::head, .lower = {"base"}};
  const PlanInputs inputs{.debs = {{.path = "/p/m.deb", .package = "muster", .sha256 = "aa"}},
                          .closures = {{"base", {{.name = "a", .version = "1"}}},
                                       {"head", {{.name = "b", .version = "2"}}}}};
  const auto status = [](std::string_view name, std::string_view version) {
    return std::format("Package: {}\nStatus: install ok installed\nVersion: {}\n\n", name, version);
  };
  EXPECT_TRUE(
      check_announced(head, status("a", "1") + status("b", "2") + status("muster", "9"), inputs));
  const auto done =
      check_announced(head, status("a", "1") + status("b", "3") + status("c", "1"), inputs);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message,
            "layer 'head' has packages that apt did not announce: 'b' 3, 'c' 1");
}

}  // namespace
}  // namespace muster::iso
