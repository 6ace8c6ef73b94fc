// Steps to JSON and back. Each kind lists its members once, in `members`, for both directions.

#include <algorithm>
#include <array>
#include <format>
#include <string_view>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/plan/plan.h"

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

using muster::json::Members;
using muster::json::Problems;
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

/// The length of the plan bounds the texts in it.
constexpr std::size_t kLongestText = kLimits.bytes;
constexpr std::size_t kLongestKind = 64;

/// An absolute path without "." and "..".
bool is_plain_path(const std::string& path) {
  const std::vector<std::string> parts = split(path, '/');
  const auto is_dotted = [](const std::string& part) { return part == ".." || part == "."; };
  return path.starts_with('/') && std::ranges::none_of(parts, is_dotted);
}

/// Reads the members of one kind.
class Reader {
 public:
  Reader(Members& members, Problems& problems) : members_(members), problems_(problems) {}

  void operator()(const char* name, std::string& member) {
    auto text = members_.find_text(name, kLongestText);
    if (!text) return miss(name);
    member = std::move(*text);
    const bool is_path = std::ranges::contains(kPaths, std::string_view(name));
    if (is_path && !is_plain_path(member)) {
      problems_.add(members_.path(name), "is no absolute path without '.' and '..'");
    }
  }

  void operator()(const char* name, std::uint32_t& member) {
    member = static_cast<std::uint32_t>(members_.number(name, 0, UINT32_MAX));
  }

  void operator()(const char* name, std::vector<std::string>& member) {
    for (const json& element : members_.list(name)) {
      if (element.is_string()) {
        member.push_back(element.get<std::string>());
      } else {
        problems_.add(members_.path(name), "has an element that is no text");
      }
    }
  }

  template <typename Enumeration>
    requires std::is_enum_v<Enumeration>
  void operator()(const char* name, Enumeration& member) {
    const auto word = members_.find_word(name, kLongestKind);
    if (!word) return miss(name);
    member = json(*word).get<Enumeration>();
    if (json(member) != *word) problems_.add(members_.path(name), "has an unknown value");
  }

 private:
  static constexpr std::array<std::string_view, 3> kPaths = {"path", "target", "home"};

  /// A member that is there and wrong has its problem already.
  void miss(const char* name) { problems_.add(members_.path(name), "is missing"); }

  Members& members_;
  Problems& problems_;
};

template <std::size_t Index = 0>
Result<Step> parse_kind(std::string_view kind, Members& step_members, Problems& problems) {
  if constexpr (Index == std::variant_size_v<AnyStep>) {
    problems.add(step_members.path("step"),
                 std::format("is '{}', an unknown kind", printable(kind)));
    TRY(problems.status());
    return Step();
  } else {
    using Kind = std::variant_alternative_t<Index, AnyStep>;
    if (kind != kKind<Kind>) return parse_kind<Index + 1>(kind, step_members, problems);
    Kind step;
    Reader reader(step_members, problems);
    members(step, reader);
    step_members.refuse_unknown();
    TRY(problems.status());
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
  if (!step.origin.empty()) value["origin"] = step.origin;
  return value;
}

std::vector<std::string> step_kinds() {
  return []<std::size_t... Index>(std::index_sequence<Index...>) {
    return std::vector<std::string>{
        std::string(kKind<std::variant_alternative_t<Index, AnyStep>>)...};
  }(std::make_index_sequence<std::variant_size_v<AnyStep>>());
}

Result<Step> parse_step(const json& value, std::string place) {
  Problems problems;
  Members step_members(value, problems, std::move(place));
  const std::string kind = step_members.word("step", kLongestKind);
  TRY(problems.status());
  return parse_kind(kind, step_members, problems);
}

}  // namespace muster::plan
