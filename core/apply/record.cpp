#include "core/apply/record.h"

#include <algorithm>
#include <format>
#include <ranges>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/json/members.h"

namespace muster::apply {
namespace {

using nlohmann::json;
using plan::MountFileSystem;
using plan::WriteFile;

constexpr std::uint64_t kSchema = 1;
constexpr muster::json::Limits kLimits = {.bytes = std::size_t{64} << 20U, .depth = 16};
constexpr std::size_t kHashLength = 64;
constexpr std::size_t kLongestOrigin = 64;
constexpr const char* kDocument = "record.json";
constexpr const char* kFiles = "files";
/// Former content may be secret, such as a key.
constexpr os::FileMode kRootOnly = {.mode = 0600};

plan::Step without_content(const plan::Step& step) {
  const auto* const file = std::get_if<WriteFile>(&step);
  if (file == nullptr) return step;
  plan::Step bare = step;
  std::get<WriteFile>(bare).content.clear();
  return bare;
}

std::string written_by(const plan::Step& step) {
  const auto* const file = std::get_if<WriteFile>(&step);
  const auto* const link = std::get_if<plan::MakeLink>(&step);
  if (link != nullptr) return crypto::sha256(link->to);
  return file == nullptr ? std::string() : crypto::sha256(file->content);
}

bool is_same(const MountFileSystem& before, const MountFileSystem& now) {
  return before.source == now.source && before.type == now.type;
}

bool is_same(const plan::RunCommand& before, const plan::RunCommand& now) {
  return before.check == now.check;
}

/// Whether a step of the same subject is about what the one before made true, and not about
/// something else in its place: another file system, none, or what another command makes.
bool is_same_thing(const plan::Step& before, const plan::Step& now) {
  if (std::holds_alternative<MountFileSystem>(before) && before.index() != now.index()) {
    return false;
  }
  return std::visit(
      []<typename Before, typename Now>(const Before& former, const Now& wanted) {
        if constexpr (requires { is_same(former, wanted); }) return is_same(former, wanted);
        return true;
      },
      static_cast<const plan::AnyStep&>(before), static_cast<const plan::AnyStep&>(now));
}

json to_json(const Entry& entry) {
  json value = {{"step", plan::to_json(entry.step)}, {"former", to_json(entry.former)}};
  if (!entry.written.empty()) value["written"] = entry.written;
  if (!entry.written_before.empty()) value["written_before"] = entry.written_before;
  if (!entry.step.origin.empty()) value["origin"] = entry.step.origin;
  return value;
}

Result<Entry> parse_entry(const json& value, const std::string& place) {
  muster::json::Problems problems;
  muster::json::Members members(value, problems, place);
  Entry entry{.step = {},
              .written = members.find_word("written", kHashLength).value_or(""),
              .written_before = members.find_word("written_before", kHashLength).value_or("")};
  const std::string origin = members.find_text("origin", kLongestOrigin).value_or("");
  members.object("step");
  members.object("former");
  TRY(problems.status());
  TRY_ASSIGN(entry.step, plan::parse_step(value.at("step"), place));
  entry.step.origin = origin;
  TRY_ASSIGN(entry.former, parse_former(value.at("former")));
  return entry;
}

/// A record as it lies on the disk.
struct Stored {
  std::string boot;
  std::vector<Entry> entries = {};
  /// How many this version cannot read, such as those of a kind that it does not have.
  std::size_t lost = 0;
};

Result<Stored> parse_record(const std::string& text) {
  TRY_ASSIGN(const json value, muster::json::parse_object(text, kLimits));
  muster::json::Problems problems;
  muster::json::Members members(value, problems);
  const std::uint64_t schema = members.number("schema", 0, UINT32_MAX);
  TRY(problems.status());
  if (schema != kSchema) {
    return fail(ErrorKind::invalid,
                std::format("it has schema {}, and this version knows {}", schema, kSchema));
  }
  Stored stored{.boot = members.find_word("boot", kHashLength).value_or("")};
  const json& list = members.list("entries");
  TRY(problems.status());
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto entry = parse_entry(list[i], std::format("entries[{}]", i));
    if (entry) {
      stored.entries.push_back(std::move(*entry));
    } else {
      ++stored.lost;
    }
  }
  return stored;
}

bool is_mount_of_another_boot(const Entry& entry) {
  return std::holds_alternative<MountFileSystem>(entry.step) &&
         entry.former.kind == Former::Kind::mounted;
}

}  // namespace

Result<Record> Record::load(std::filesystem::path directory, std::string boot) {
  Record record;
  record.directory_ = std::move(directory);
  record.boot_ = std::move(boot);
  const auto path = record.directory_ / kDocument;
  if (os::is_missing(path)) return record;
  TRY_ASSIGN(const std::string text, os::read_plain_file(path));
  auto stored = parse_record(text);
  if (!stored) {
    return fail(
        stored.error().kind,
        std::format("'{}' cannot be read: {}", path.string(), stored.error().message),
        std::format("nothing is put back without it; a newer version of Muster may read it, "
                    "or move '{}' away: what leaves the plan stays then",
                    record.directory_.string()));
  }
  record.lost_ = stored->lost;
  record.is_changed_ = stored->lost > 0;
  for (Entry& entry : stored->entries) {
    if (stored->boot != record.boot_ && is_mount_of_another_boot(entry)) continue;
    std::string subject = plan::subject(entry.step);
    record.entries_.emplace(std::move(subject), Kept{record.next_++, std::move(entry)});
  }
  return record;
}

Status Record::lost() const {
  if (lost_ == 0) return {};
  return fail(std::format("this version cannot read {} of its entries", lost_),
              "what they were about stays as it is when it leaves the plan");
}

std::vector<Entry> Record::find_leavers(const plan::Plan& plan) const {
  std::map<std::string, const plan::Step*> wanted;
  for (const plan::Step& step : plan.steps) wanted.emplace(plan::subject(step), &step);
  std::vector<const Kept*> leavers;
  for (const auto& [subject, kept] : entries_) {
    const auto found = wanted.find(subject);
    const bool stays = found != wanted.end() && is_same_thing(kept.entry.step, *found->second);
    if (!stays) leavers.push_back(&kept);
  }
  std::ranges::sort(leavers, std::greater{}, &Kept::order);
  std::vector<Entry> entries;
  for (const Kept* const kept : leavers) entries.push_back(kept->entry);
  return entries;
}

void Record::forget(const std::string& subject) {
  is_changed_ = entries_.erase(subject) > 0 || is_changed_;
}

void Record::add(const plan::Step& step, Sight sight) {
  if (sight.former.kind == Former::Kind::file) {
    contents_.insert_or_assign(sight.former.text, std::move(sight.content));
  }
  Entry entry{.step = without_content(step),
              .written = written_by(step),
              .former = std::move(sight.former)};
  entries_.insert_or_assign(plan::subject(step), Kept{next_++, std::move(entry)});
  is_changed_ = true;
}

void Record::update(const plan::Step& step) {
  const auto found = entries_.find(plan::subject(step));
  if (found == entries_.end()) return;
  Entry& entry = found->second.entry;
  std::string written = written_by(step);
  plan::Step bare = without_content(step);
  if (entry.written == written && entry.step == bare) return;
  if (entry.written != written) entry.written_before = std::exchange(entry.written, written);
  entry.step = std::move(bare);
  is_changed_ = true;
}

Result<std::string> Record::content(const Former& former) const {
  const auto unsaved = contents_.find(former.text);
  if (unsaved != contents_.end()) return unsaved->second;
  TRY_ASSIGN(std::string content, os::read_plain_file(directory_ / kFiles / former.text));
  if (crypto::sha256(content) == former.text) return content;
  return fail(std::format("'{}' is damaged", (directory_ / kFiles / former.text).string()));
}

Status Record::save() {
  if (!is_changed_) return {};
  std::vector<const Kept*> kept;
  for (const auto& [subject, each] : entries_) kept.push_back(&each);
  std::ranges::sort(kept, std::less{}, &Kept::order);
  json entries = json::array();
  std::set<std::string> used;
  for (const Kept* const each : kept) {
    entries.push_back(to_json(each->entry));
    if (each->entry.former.kind == Former::Kind::file) used.insert(each->entry.former.text);
  }
  TRY(os::make_directory(directory_ / kFiles, {.mode = 0700}));
  for (const auto& [hash, content] : contents_) {
    if (used.contains(hash)) TRY(os::write_file(directory_ / kFiles / hash, content, kRootOnly));
  }
  const json document = {{"schema", kSchema}, {"boot", boot_}, {"entries", std::move(entries)}};
  TRY(os::write_file(directory_ / kDocument, muster::json::render(document) + "\n", kRootOnly));
  contents_.clear();
  is_changed_ = false;
  // Only now: what the record on the disk names is never missing.
  TRY_ASSIGN(const auto files, os::list_directory(directory_ / kFiles));
  for (const std::string& file : files) {
    if (!used.contains(file)) TRY(os::remove_tree(directory_ / kFiles / file));
  }
  return {};
}

}  // namespace muster::apply
