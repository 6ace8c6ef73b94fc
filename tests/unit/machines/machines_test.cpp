// The inventory of every recorded machine is the right one.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "provisioning/agent/accelerators.h"
#include "provisioning/agent/inventory.h"
#include "tests/machines/machine_tree.h"

namespace muster {
namespace {

using nlohmann::json;
using testing::machine_folder;

/// What the running node tells of itself, as `muster-agent inventory` prints it.
json inventory_of(const std::filesystem::path& root) {
  auto hardware = agent::read_hardware(root);
  if (!hardware) return json{{"error", hardware.error().message}};
  hardware->accelerators = agent::read_accelerators(root, agent::Ask::cards_and_drivers);
  return provisioning::to_json(*hardware);
}

TEST(Machines, the_inventory_of_each_is_what_its_folder_expects) {
  const auto names = testing::machine_names();
  ASSERT_TRUE(names) << names.error().text();
  for (const std::string& name : *names) {
    SCOPED_TRACE(name);
    const auto root = testing::unpack_machine(name);
    ASSERT_TRUE(root) << root.error().text();
    const auto expected = testing::read_expected(name);
    ASSERT_TRUE(expected) << expected.error().text();
    EXPECT_EQ(inventory_of(root->path()).dump(1), expected->dump(1));
  }
}

TEST(Machines, each_says_where_its_facts_come_from) {
  const auto names = testing::machine_names();
  ASSERT_TRUE(names) << names.error().text();
  for (const std::string& name : *names) {
    SCOPED_TRACE(name);
    const auto source = os::read_file(machine_folder(name) / "SOURCE.md");
    ASSERT_TRUE(source) << source.error().text();
    const bool recorded = source->starts_with("Recorded ");
    EXPECT_TRUE(recorded || source->starts_with("Constructed ")) << *source;
  }
}

}  // namespace
}  // namespace muster
