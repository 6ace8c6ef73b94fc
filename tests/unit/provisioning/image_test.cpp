#include "provisioning/image.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace muster::provisioning {
namespace {

nlohmann::json artefact(const nlohmann::json& size) {
  return {{"file", "muster/base.squashfs"}, {"size", size}, {"sha256", std::string(64, 'a')}};
}

TEST(Artefact, has_a_size_that_files_have) {
  EXPECT_TRUE(parse_artefact(artefact(0U)));
  EXPECT_TRUE(parse_artefact(artefact(std::uint64_t{1} << 50U)));
  for (const nlohmann::json& size :
       {nlohmann::json(-1), nlohmann::json(1.5), nlohmann::json(1e300), nlohmann::json("1"),
        nlohmann::json((std::uint64_t{1} << 50U) + 1), nlohmann::json()}) {
    EXPECT_FALSE(parse_artefact(artefact(size))) << size;
  }
}

}  // namespace
}  // namespace muster::provisioning
