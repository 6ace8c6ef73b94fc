#include "iso/verify.h"

#include <algorithm>
#include <format>
#include <map>

#include "core/base/text.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/builder.h"
#include "iso/media_record.h"
#include "iso/mounts.h"
#include "iso/prepare.h"

namespace muster::iso {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownDifferences = 20;

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

/// Removes all of a folder but one file; the folder as well when that is not there.
Status remove_all_but(const fs::path& folder, const fs::path& kept) {
  if (!fs::exists(kept)) return os::remove_tree(folder);
  TRY_ASSIGN(const auto names, os::list_directory(folder));
  for (const auto& name : names) {
    const auto path = folder / name;
    if (path == kept) continue;
    const bool is_above = kept.string().starts_with(path.string() + "/");
    TRY(is_above ? remove_all_but(path, kept) : os::remove_tree(path));
  }
  return {};
}

/// What a message tells somebody to look at: the second medium when it differs, or the log of a
/// build that failed.
fs::path kept_file(const BuildResult<VerifyReport>& done, const BuildOptions& again) {
  const auto log = layer_folder(again) / "build.log";
  if (!done) return done.error().hint.contains(log.string()) ? log : fs::path();
  return done->differences.empty() ? fs::path() : again.out;
}

/// What the ISO was made of; none when the file beside it is gone.
Result<std::optional<Lock>> lock_beside(const fs::path& iso) {
  const auto file = media_files(iso).lock;
  if (!fs::exists(file)) return std::nullopt;
  TRY_ASSIGN(auto lock, read_lock(file));
  return lock;
}

BuildResult<VerifyReport> build_and_compare(os::CommandRunner& runner, const fs::path& medium,
                                            const BuildOptions& again, const fs::path& work) {
  VerifyReport report;
  TRY_ASSIGN(report.again, build_iso(runner, again));
  TRY_ASSIGN(report.sha256, os::sha256_file(medium));
  if (report.sha256 == report.again.sha256) return report;
  TRY_ASSIGN(report.differences, find_differences(runner, medium, again.out, work / "trees"));
  if (report.differences.empty()) report.differences = {"the ISO's own structures"};
  return report;
}

Status clear(const fs::path& work, const fs::path& kept) {
  TRY(detach_below(work));
  return remove_all_but(work, kept);
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
  TRY_ASSIGN(const auto files, compare_trees(work / "left", work / "right", kShownDifferences));
  std::vector<std::string> found;
  for (const auto& file : files) {
    found.push_back(file);
    if (!file.ends_with(".squashfs")) continue;
    TRY(os::remove_tree(work / "a"));
    TRY(os::remove_tree(work / "b"));
    TRY(unpack_squashfs(runner, work / "left" / file, work / "a"));
    TRY(unpack_squashfs(runner, work / "right" / file, work / "b"));
    TRY_ASSIGN(const auto inside, compare_trees(work / "a", work / "b", kShownDifferences));
    for (const auto& path : inside) found.push_back(file + ": " + path);
  }
  if (found.size() > kShownDifferences) found.resize(kShownDifferences);
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
  TRY_ASSIGN(const auto lock, open_store(options));
  const auto work = options.cache / "verify";
  TRY(os::remove_tree(work));
  auto again = options;
  again.layer_cache = work / "layers";
  again.out = work / options.out.filename();
  TRY_ASSIGN(again.lock, lock_beside(options.out));
  again.lock_hint = "build it again; what is verified then is the new one";
  auto done = build_and_compare(runner, options.out, again, work);
  auto cleared = clear(work, kept_file(done, again));
  // Why there is no second medium matters more than what is left of it.
  if (done && !cleared) return std::unexpected(std::move(cleared).error());
  return done;
}

}  // namespace muster::iso
