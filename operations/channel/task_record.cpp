#include "operations/channel/task_record.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "core/os/random.h"

namespace muster::channel {
namespace {

constexpr const char* kBoot = "boot";
// A task's file begins with one of these words and a blank.
constexpr std::string_view kBegun = "begun ";
constexpr std::string_view kEnded = "ended ";
constexpr std::string_view kTold = "told ";

/// What comes from the head becomes a file's name.
bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && id != kBoot &&
         id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Result<TaskRecord> TaskRecord::open(const std::filesystem::path& directory) {
  TRY(os::make_directory(directory, {.mode = 0700}));
  TaskRecord record(directory);
  TRY(record.load());
  return record;
}

Status TaskRecord::write(const std::string& name, const std::string& text) const {
  return os::write_file(directory_ / name, text, {.mode = 0600});
}

Status TaskRecord::load() {
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(directory_));
  for (const std::string& name : names) {
    TRY_ASSIGN(const std::string text, os::read_file(directory_ / name));
    if (name == kBoot) boot_ = trim(text);
    if (!is_id(name)) continue;
    Known& known = known_[name];
    if (text.starts_with(kTold)) known.is_told = true;
    if (text.starts_with(kBegun)) known.kind = text.substr(kBegun.size());
    if (!text.starts_with(kEnded)) continue;
    auto report = task::parse_report(std::string_view(text).substr(kEnded.size()));
    if (report) known.report = std::move(*report);
  }
  if (!boot_.empty()) return {};
  boot_ = os::random_hex(16);
  return write(kBoot, boot_);
}

Result<bool> TaskRecord::begin(const std::string& id, const std::string& kind) {
  if (!is_id(id)) return fail(std::format("'{}' is no id of a task", printable(id, 64)));
  if (known_.contains(id)) return false;
  const auto told =
      std::ranges::count_if(known_, [](const auto& one) { return one.second.is_told; });
  if (static_cast<std::size_t>(told) >= kMostTold) {
    const auto any =
        std::ranges::find_if(known_, [](const auto& one) { return one.second.is_told; });
    TRY(os::remove_tree(directory_ / any->first));
    known_.erase(any);
  }
  TRY(write(id, std::format("{}{}", kBegun, kind)));
  known_[id].kind = kind;
  return true;
}

Status TaskRecord::end(const task::Report& report) {
  known_[report.id].report = report;
  return write(report.id, std::format("{}{}", kEnded, task::render_report(report)));
}

Status TaskRecord::told(const std::string& id) {
  Known& known = known_[id];
  known.report.reset();
  known.is_told = true;
  return write(id, std::string(kTold));
}

std::vector<TaskRecord::Begun> TaskRecord::interrupted() const {
  std::vector<Begun> begun;
  for (const auto& [id, known] : known_) {
    if (!known.is_told && !known.report) begun.push_back({.id = id, .kind = known.kind});
  }
  return begun;
}

std::vector<task::Report> TaskRecord::untold() const {
  std::vector<task::Report> reports;
  for (const auto& [id, known] : known_) {
    if (known.report) reports.push_back(*known.report);
  }
  return reports;
}

}  // namespace muster::channel
