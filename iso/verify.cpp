#include "iso/verify.h"

#include <algorithm>
#include <format>
#include <map>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/hash.h"
#include "iso/builder.h"
#include "iso/prepare.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShown = 20;

/// What is compared of one entry.
Result<std::string> describe(const fs::directory_entry& entry) {
  const auto status = entry.symlink_status();
  auto text = std::format("{} {:o}", static_cast<int>(status.type()),
                          static_cast<unsigned>(status.permissions()));
  if (fs::is_symlink(status)) return text + " " + fs::read_symlink(entry.path()).string();
  // The date of a file can be all that differs.
  text += std::format(" {}", entry.last_write_time().time_since_epoch().count());
  if (!fs::is_regular_file(status)) return text;
  TRY_ASSIGN(const auto hash, os::sha256_file(entry.path()));
  return text + " " + hash;
}

Result<std::map<std::string, std::string>> describe_tree(const fs::path& root) {
  std::map<std::string, std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    TRY_ASSIGN(entries[fs::relative(entry.path(), root).string()], describe(entry));
  }
  return entries;
}

Status unpack_iso(os::CommandRunner& runner, const fs::path& iso, const fs::path& to) {
  const auto done = run_checked(runner, {.argv = {"xorriso", "-osirrox", "on", "-indev",
                                                  iso.string(), "-extract", "/", to.string()}});
  if (!done) return std::unexpected(done.error());
  return {};
}

Status unpack_squashfs(os::CommandRunner& runner, const fs::path& file, const fs::path& to) {
  const auto done =
      run_checked(runner, {.argv = {"unsquashfs", "-q", "-n", "-d", to.string(), file.string()}});
  if (!done) return std::unexpected(done.error());
  return {};
}

}  // namespace

Result<std::vector<std::string>> compare_trees(const fs::path& left, const fs::path& right,
                                               std::size_t limit) {
  TRY_ASSIGN(const auto ours, describe_tree(left));
  TRY_ASSIGN(const auto theirs, describe_tree(right));
  std::vector<std::string> differing;
  for (const auto& [path, text] : ours) {
    const auto other = theirs.find(path);
    if (other == theirs.end() || other->second != text) differing.push_back(path);
  }
  for (const auto& [path, text] : theirs) {
    if (!ours.contains(path)) differing.push_back(path);
  }
  std::ranges::sort(differing);
  if (differing.size() > limit) differing.resize(limit);
  return differing;
}

Result<std::vector<std::string>> find_differences(os::CommandRunner& runner, const fs::path& left,
                                                  const fs::path& right, const fs::path& work) {
  TRY(os::make_directory(work));
  TRY(unpack_iso(runner, left, work / "left"));
  TRY(unpack_iso(runner, right, work / "right"));
  TRY_ASSIGN(const auto files, compare_trees(work / "left", work / "right", kShown));
  std::vector<std::string> found;
  for (const auto& file : files) {
    found.push_back(file);
    if (!file.ends_with(".squashfs")) continue;
    TRY(os::remove_tree(work / "a"));
    TRY(os::remove_tree(work / "b"));
    TRY(unpack_squashfs(runner, work / "left" / file, work / "a"));
    TRY(unpack_squashfs(runner, work / "right" / file, work / "b"));
    TRY_ASSIGN(const auto inside, compare_trees(work / "a", work / "b", kShown));
    for (const auto& path : inside) found.push_back(file + ": " + path);
  }
  if (found.size() > kShown) found.resize(kShown);
  return found;
}

BuildResult<VerifyReport> verify_iso(os::CommandRunner& runner, const BuildOptions& options) {
  TRY(check_machine(runner, options));
  if (!fs::is_regular_file(options.out)) {
    return fail(std::format("there is no '{}'", options.out.string()),
                "build it first: muster iso build");
  }
  // Its own layers lie elsewhere, but downloads and indexes are shared with every other build, and
  // the work folder with every other verification.
  TRY_ASSIGN(const auto lock, LayerStore::open(layer_folder(options)));
  const auto work = options.cache / "verify";
  TRY(os::remove_tree(work));
  auto again = options;
  again.layer_cache = work / "layers";
  again.out = work / options.out.filename();
  VerifyReport report;
  TRY_ASSIGN(report.again, build_iso(runner, again));
  TRY_ASSIGN(report.sha256, os::sha256_file(options.out));
  if (report.sha256 == report.again.sha256) {
    TRY(os::remove_tree(work));
    return report;
  }
  TRY_ASSIGN(report.differences, find_differences(runner, options.out, again.out, work / "trees"));
  TRY(os::remove_tree(work / "trees"));
  if (report.differences.empty()) report.differences = {"the medium's own structures"};
  return report;
}

}  // namespace muster::iso
