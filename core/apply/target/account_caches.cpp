#include "core/apply/target/account_caches.h"

#include <array>
#include <cerrno>
#include <format>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::apply {
namespace {

/// A program that keeps copies of accounts, and what makes it forget them.
struct Cache {
  std::string_view program;
  std::vector<std::string> arguments;
  /// The status with which it says that it has no copies.
  int status_of_nothing = 0;
  /// Without this file it has none, and fails when it is asked.
  std::string_view made_by_its_service = {};
};

/// What the tools of passwd(5) run after a change (lib/nscd.c and lib/sssd.c in shadow's source):
/// nscd ends with 1 when its service does not run, and sss_cache with ENOENT when nothing matches.
const std::array<Cache, 3> kCaches = {
    {{.program = "usr/sbin/nscd", .arguments = {"-i", "passwd"}, .status_of_nothing = 1},
     {.program = "usr/sbin/nscd", .arguments = {"-i", "group"}, .status_of_nothing = 1},
     {.program = "usr/sbin/sss_cache",
      .arguments = {"-UG"},
      .status_of_nothing = ENOENT,
      .made_by_its_service = "var/lib/sss/db/config.ldb"}}};

/// `root`: the directory in which the machine's files are, "/".
Status flush(const Cache& cache, const std::filesystem::path& root, const Programs& programs) {
  const std::string program = (root / cache.program).string();
  if (os::is_missing(program) || os::is_missing(root / cache.made_by_its_service)) return {};
  std::vector<std::string> argv = {program};
  argv.insert(argv.end(), cache.arguments.begin(), cache.arguments.end());
  TRY_ASSIGN(const os::CommandResult result, programs.ask(std::move(argv)));
  if (result.status == 0 || result.status == cache.status_of_nothing) return {};
  return fail(std::format("'{}' ended with status {}, and has copies of the old accounts: {}",
                          program, result.status, trim(result.err)),
              "restart its service: nscd or sssd");
}

}  // namespace

Status flush_account_caches(const std::filesystem::path& root, const Programs& programs) {
  Status done;
  // One that fails does not keep the others from it.
  for (const Cache& cache : kCaches) {
    Status flushed = flush(cache, root, programs);
    if (done) done = std::move(flushed);
  }
  return done;
}

}  // namespace muster::apply
