#include "apps/muster/spec_lock.h"

#include <optional>
#include <utility>

#include "core/os/file_lock.h"

namespace muster::cli {

Result<os::Handle> lock_spec() {
  TRY_ASSIGN(std::optional<os::Handle> lock, os::try_lock_file("/run/muster-apply.lock"));
  if (lock) return std::move(*lock);
  return fail(ErrorKind::busy,
              "another 'muster apply', 'muster rollback' or 'muster restore' changes the head's "
              "cluster.yaml",
              "wait for its end, then see 'muster history'; nothing was done");
}

}  // namespace muster::cli
