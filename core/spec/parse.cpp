#include "core/spec/parse.h"

#include "core/spec/fields.h"
#include "core/spec/ranges.h"
#include "core/spec/reader.h"
#include "core/spec/remarks.h"
#include "core/spec/validate.h"

namespace muster::spec {
namespace {

/// Fills in what is taken from another key.
void derive(const Reader& reader, ClusterSpec& spec) {
  const Ipv4Interface& head = spec.head.address;
  // What is wrong with the prefix is reported by itself.
  if (!can_hold_cluster(head)) return;
  const auto written = [&](const std::string& path, const Ipv4Range& range) {
    return reader.places().has(path) ? std::optional(range) : std::nullopt;
  };
  const Ranges ranges = complete_ranges(
      head, {.nodes = written("nodes.addresses", spec.nodes.addresses),
             .unknown = written("nodes.unknown_addresses", spec.nodes.unknown_addresses)});
  spec.nodes.addresses = ranges.nodes;
  spec.nodes.unknown_addresses = ranges.unknown;
}

}  // namespace

ParseOutcome parse_cluster(std::string_view text, std::string_view file_name) {
  Reader reader(cluster_table(), file_name);
  ClusterSpec spec;
  if (reader.read_text(text, &spec)) {
    derive(reader, spec);
    reader.add_findings(validate_cluster(spec));
  }
  std::vector<Diagnostic> problems = reader.finish();
  if (!problems.empty()) return {.spec = std::nullopt, .problems = std::move(problems)};
  std::vector<Diagnostic> remarks;
  for (const Finding& remark : remark_cluster(spec)) {
    remarks.push_back(diagnose(remark, reader.places(), file_name));
  }
  sort_by_place(remarks);
  shorten(remarks, "remarks");
  return {.spec = std::move(spec),
          .problems = {},
          .remarks = std::move(remarks),
          .places = reader.places()};
}

}  // namespace muster::spec
