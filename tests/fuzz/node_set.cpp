// Promises of parse_node_set for any bytes: it returns; a set holds no more than the cap; its text
// and its names give the same set again; errors can be printed.

#include "core/base/node_set.h"

#include <algorithm>

#include "tests/fuzz/harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster;
  const NodeGroups groups = [](std::string_view name) -> Result<NodeSet> {
    if (name.size() > 8) return fail("no such group");
    return parse_node_set("g[1-4],n1");
  };
  const auto nodes = parse_node_set(fuzz::text_of(data, size), groups);
  if (!nodes) {
    CHECK(!nodes.error().message.empty());
    CHECK(std::ranges::none_of(nodes.error().text(),
                               [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    return 0;
  }
  CHECK(nodes->size() <= NodeSet::kMaxNodes);
  CHECK(nodes->empty() == (nodes->size() == 0));
  if (nodes->size() > 20'000) return 0;
  CHECK(parse_node_set(to_string(*nodes)).value() == *nodes);
  const auto names = nodes->names();
  CHECK(NodeSet::from_names(names).value() == *nodes);
  CHECK(std::ranges::all_of(names, [&](const auto& name) { return nodes->contains(name); }));
  NodeSet copy = *nodes;
  copy ^= *nodes;
  CHECK(copy.empty());
  return 0;
}
