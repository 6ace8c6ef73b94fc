#include "iso/closure.h"

#include <format>
#include <gtest/gtest.h>

namespace muster::iso {
namespace {

const std::string kHash(64, 'a');

std::string line(std::string_view address, std::string_view file, const std::string& hash) {
  return std::format("'{}' {} 171604 SHA256:{}\n", address, file, hash);
}

TEST(Closures, are_what_apt_would_fetch) {
  const auto closure = parse_uris(
      "Reading package lists...\nThe following NEW packages will be installed:\n  htop zlib1g\n" +
      line("http://m.example/pool/z/zlib1g_1%3a1.3_amd64.deb", "zlib1g_1%3a1.3_amd64.deb", kHash) +
      line("http://m.example/pool/h/htop_3.4.1-5_amd64.deb", "htop_3.4.1-5_amd64.deb", kHash) +
      line("file:/p/muster_1_amd64.deb", "muster_1_amd64.deb", kHash));
  ASSERT_TRUE(closure) << closure.error().text();
  EXPECT_EQ(*closure, (Closure{{.name = "htop", .version = "3.4.1-5", .sha256 = kHash},
                               {.name = "zlib1g", .version = "1:1.3", .sha256 = kHash}}));
}

TEST(Closures, need_a_hash_that_is_worth_something) {
  for (const auto* tail : {"a_1_amd64.deb 9 MD5Sum:00", "a_1_amd64.deb 9 SHA256:00",
                           "a_1_amd64.deb 9", "a.deb 9 SHA256:00", ""}) {
    EXPECT_FALSE(parse_uris(std::format("'http://m.example/a.deb' {}\n", tail))) << tail;
  }
  EXPECT_FALSE(parse_uris("'http://m.example/a.deb\n"));
  EXPECT_EQ(parse_uris(""), Closure{});
}

TEST(Closures, have_one_hash_that_everything_changes) {
  const Closures one = {{"base", {{.name = "a", .version = "1", .sha256 = "x"}}}};
  EXPECT_EQ(hash_closures(one), hash_closures(one));
  for (const auto& other : {Closures{{"head", one.at("base")}},
                            Closures{{"base", {{.name = "a", .version = "2", .sha256 = "x"}}}},
                            Closures{{"base", {{.name = "a", .version = "1", .sha256 = "y"}}}}}) {
    EXPECT_NE(hash_closures(one), hash_closures(other));
  }
}

TEST(Closures, tell_what_a_layer_has_without_their_knowledge) {
  const Closures closures = {{"base", {{.name = "a", .version = "1", .sha256 = "x"}}}};
  EXPECT_TRUE(find_unresolved({{.layer = "base",
                                .packages = {{.name = "a", .version = "1"},
                                             {.name = "muster", .version = "0.1"}}}},
                              closures, {"muster"})
                  .empty());
  EXPECT_EQ(find_unresolved(
                {{.layer = "base",
                  .packages = {{.name = "a", .version = "2"}, {.name = "b", .version = "1"}}}},
                closures, {}),
            (std::vector<std::string>{"layer 'base' has 'a' 2, which apt did not announce",
                                      "layer 'base' has 'b' 1, which apt did not announce"}));
}

}  // namespace
}  // namespace muster::iso
