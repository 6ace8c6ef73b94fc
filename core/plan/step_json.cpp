// Steps to JSON and back. Each kind lists its members once, in `members`, for both directions.

#include <algorithm>
#include <format>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/plan/step.h"

namespace muster::plan {

// JSON names of the enumerations; the first name is what unknown text would become, so parse_step
// compares with the text that was read.
NLOHMANN_JSON_SERIALIZE_ENUM(Secrecy, {{Secrecy::open, "open"}, {Secrecy::secret, "secret"}})
NLOHMANN_JSON_SERIALIZE_ENUM(MakeDirectory::Existing,
                             {{MakeDirectory::Existing::correct, "correct"},
                              {MakeDirectory::Existing::keep, "keep"}})
NLOHMANN_JSON_SERIALIZE_ENUM(EnsureUser::Home, {{EnsureUser::Home::mounted, "mounted"},
                                                {EnsureUser::Home::make, "make"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Service::State, {{Service::State::running, "running"},
                                              {Service::State::stopped, "stopped"}})
NLOHMANN_JSON_SERIALIZE_ENUM(Service::OnChange, {{Service::OnChange::restart, "restart"},
                                                 {Service::OnChange::reload, "reload"},
                                                 {Service::OnChange::nothing, "nothing"}})

namespace {

using nlohmann::json;

template <typename Visitor>
void members(WriteFile& s, Visitor&& visit) {
  visit("path", s.path);
  visit("content", s.content);
  visit("mode", s.mode);
  visit("owner", s.owner);
  visit("group", s.group);
  visit("secrecy", s.secrecy);
}
template <typename Visitor>
void members(MakeDirectory& s, Visitor&& visit) {
  visit("path", s.path);
  visit("mode", s.mode);
  visit("owner", s.owner);
  visit("group", s.group);
  visit("existing", s.existing);
}
template <typename Visitor>
void members(RemoveFile& s, Visitor&& visit) {
  visit("path", s.path);
}
template <typename Visitor>
void members(EnsureGroup& s, Visitor&& visit) {
  visit("name", s.name);
  visit("gid", s.gid);
}
template <typename Visitor>
void members(EnsureUser& s, Visitor&& visit) {
  visit("name", s.name);
  visit("uid", s.uid);
  visit("full_name", s.full_name);
  visit("home", s.home);
  visit("shell", s.shell);
  visit("make_home", s.make_home);
}
template <typename Visitor>
void members(RemoveUser& s, Visitor&& visit) {
  visit("name", s.name);
  visit("uid", s.uid);
}
template <typename Visitor>
void members(MountFileSystem& s, Visitor&& visit) {
  visit("source", s.source);
  visit("target", s.target);
  visit("type", s.type);
  visit("options", s.options);
}
template <typename Visitor>
void members(SetHostname& s, Visitor&& visit) {
  visit("name", s.name);
}
template <typename Visitor>
void members(Service& s, Visitor&& visit) {
  visit("unit", s.unit);
  visit("state", s.state);
  visit("on_change", s.on_change);
  visit("watches", s.watches);
  visit("restart_watches", s.restart_watches);
}

template <typename S>
constexpr std::string_view kKind = "";
template <>
constexpr std::string_view kKind<WriteFile> = "file";
template <>
constexpr std::string_view kKind<MakeDirectory> = "directory";
template <>
constexpr std::string_view kKind<RemoveFile> = "remove_file";
template <>
constexpr std::string_view kKind<EnsureGroup> = "group";
template <>
constexpr std::string_view kKind<EnsureUser> = "user";
template <>
constexpr std::string_view kKind<RemoveUser> = "remove_user";
template <>
constexpr std::string_view kKind<MountFileSystem> = "mount";
template <>
constexpr std::string_view kKind<SetHostname> = "hostname";
template <>
constexpr std::string_view kKind<Service> = "service";

/// Reads the members of one kind; keeps the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const json& value) : value_(value) {}

  template <typename T>
  void operator()(const char* name, T& member) {
    known_.insert(name);
    if (!problem_.empty()) return;
    const auto found = value_.find(name);
    if (found == value_.end()) {
      problem_ = std::format("member '{}' is missing", name);
      return;
    }
    // nlohmann's get would convert a number that is none of T's, with an undefined result.
    if (std::is_unsigned_v<T> && !found->is_number_unsigned()) {
      problem_ = std::format("member '{}' is not a whole number", name);
      return;
    }
    try {
      member = found->template get<T>();
      if (json(member) != *found) problem_ = std::format("member '{}' has an unknown value", name);
    } catch (const json::exception&) {
      problem_ = std::format("member '{}' has the wrong type", name);
    }
  }

  Status finish() {
    for (const auto& [name, unused] : value_.items()) {
      if (problem_.empty() && name != "step" && !known_.contains(name)) {
        problem_ = std::format("member '{}' is unknown", printable(name));
      }
    }
    if (!problem_.empty()) return fail(problem_);
    return {};
  }

 private:
  const json& value_;
  std::set<std::string> known_;
  std::string problem_;
};

Status check_path(const std::string& path) {
  const std::vector<std::string> parts = split(path, '/');
  const bool dotted =
      std::ranges::any_of(parts, [](const auto& p) { return p == ".." || p == "."; });
  if (!path.starts_with('/') || dotted || path.find('\0') != std::string::npos) {
    return fail(std::format("path '{}' is not absolute and plain", printable(path)));
  }
  return {};
}

Status check_paths(const Step& step) {
  return std::visit(
      [](const auto& s) -> Status {
        if constexpr (requires { s.path; }) TRY(check_path(s.path));
        if constexpr (requires { s.target; }) TRY(check_path(s.target));
        if constexpr (requires { s.home; }) TRY(check_path(s.home));
        return {};
      },
      step);
}

template <std::size_t Index = 0>
Result<Step> parse_kind(std::string_view kind, const json& value) {
  if constexpr (Index == std::variant_size_v<Step>) {
    return fail(std::format("step kind '{}' is unknown", printable(kind)));
  } else {
    using Kind = std::variant_alternative_t<Index, Step>;
    if (kind != kKind<Kind>) return parse_kind<Index + 1>(kind, value);
    Kind step;
    Reader reader(value);
    members(step, reader);
    TRY(reader.finish());
    TRY(check_paths(step));
    return step;
  }
}

}  // namespace

json to_json(const Step& step) {
  return std::visit(
      [](auto copy) {
        json value = {{"step", kKind<decltype(copy)>}};
        members(copy, [&](const char* name, const auto& member) { value[name] = member; });
        return value;
      },
      step);
}

json to_view(const Step& step) {
  json value = to_json(step);
  const auto* const file = std::get_if<WriteFile>(&step);
  if (file != nullptr && file->secrecy == Secrecy::secret) {
    value["content"] = {{"secret", file->path}};
  }
  return value;
}

std::vector<std::string> step_kinds() {
  return []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::vector<std::string>{std::string(kKind<std::variant_alternative_t<Index, Step>>)...};
  }(std::make_index_sequence<std::variant_size_v<Step>>());
}

Result<Step> parse_step(const json& value) {
  const auto kind = value.is_object() ? value.find("step") : value.end();
  if (!value.is_object() || kind == value.end() || !kind->is_string()) {
    return fail("a step is an object with a member 'step'");
  }
  return parse_kind(kind->get<std::string>(), value);
}

}  // namespace muster::plan
