#include "core/spec/remarks.h"

#include <format>

#include "core/spec/remarks_parts.h"

namespace muster::spec {

Findings remark_cluster(const ClusterSpec& spec) {
  Findings findings;
  remark_nodes(spec, findings);
  remark_system(spec, findings);
  remark_kernel_arguments(spec, findings);
  remark_packages(spec, findings);
  remark_people(spec, findings);
  return findings;
}

std::string valid_text(std::size_t remarks) {
  if (remarks == 0) return "valid";
  return std::format("valid, with {} remark{}", remarks, remarks == 1 ? "" : "s");
}

}  // namespace muster::spec
