#include "core/plan/plan.h"

#include <algorithm>
#include <format>
#include <map>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/os/hash.h"

namespace muster::plan {
namespace {

using nlohmann::json;

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

std::string describe_file(const WriteFile& s) {
  return std::format("write {} ({}, mode {:04o}, {}:{}{})", s.path, human(Bytes{s.content.size()}),
                     s.mode, s.owner, s.group, s.secrecy == Secrecy::secret ? ", secret" : "");
}

template <typename Codec>
json document_of(const Plan& plan, Codec codec) {
  json steps = json::array();
  for (const Step& step : plan.steps) steps.push_back(codec(step));
  return {{"schema", kSchema}, {"steps", std::move(steps)}};
}

}  // namespace

std::string describe(const Step& step) {
  return std::visit(
      Overloaded{[](const WriteFile& s) { return describe_file(s); },
                 [](const MakeDirectory& s) {
                   return std::format("directory {} (mode {:04o}, {}:{})", s.path, s.mode, s.owner,
                                      s.group);
                 },
                 [](const RemoveFile& s) { return std::format("remove {}", s.path); },
                 [](const EnsureGroup& s) { return std::format("group {} ({})", s.name, s.gid); },
                 [](const EnsureUser& s) {
                   return std::format("user {} ({}), home {}", s.name, s.uid, s.home);
                 },
                 [](const RemoveUser& s) { return std::format("remove user {}", s.name); },
                 [](const MountFileSystem& s) {
                   return std::format("mount {} on {} ({}, {})", s.source, s.target, s.type,
                                      s.options);
                 },
                 [](const SetHostname& s) { return std::format("host name {}", s.name); },
                 [](const Service& s) {
                   return std::format("service {} {}", s.unit,
                                      s.state == Service::State::running ? "running" : "stopped");
                 }},
      step);
}

std::string subject(const Step& step) {
  return std::visit(Overloaded{[](const WriteFile& s) { return "file " + s.path; },
                               [](const MakeDirectory& s) { return "directory " + s.path; },
                               [](const RemoveFile& s) { return "file " + s.path; },
                               [](const EnsureGroup& s) { return "group " + s.name; },
                               [](const EnsureUser& s) { return "user " + s.name; },
                               [](const RemoveUser& s) { return "user " + s.name; },
                               [](const MountFileSystem& s) { return "mount " + s.target; },
                               [](const SetHostname&) { return std::string("hostname"); },
                               [](const Service& s) { return "service " + s.unit; }},
                    step);
}

void Plan::append(Plan other) {
  for (Step& step : other.steps) steps.push_back(std::move(step));
}

json to_json(const Plan& plan) {
  return document_of(plan, [](const Step& step) { return to_json(step); });
}

json to_view(const Plan& plan) {
  return document_of(plan, [](const Step& step) { return to_view(step); });
}

Result<Plan> parse_plan(std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object() || !value.contains("steps") || !value["steps"].is_array()) {
    return fail("a plan is a JSON object with a list 'steps'");
  }
  // By reference: a copy of a value that is a thousand lists deep would need a thousand frames.
  const auto schema = value.find("schema");
  if (schema == value.end() || *schema != kSchema) {
    return fail(std::format("the plan's schema is not {}", kSchema),
                "use the same version of Muster on head and node");
  }
  Plan plan;
  for (std::size_t i = 0; i < value["steps"].size(); ++i) {
    auto step = parse_step(value["steps"][i]);
    if (!step) return wrap(std::format("step {}", i), std::move(step).error());
    plan.add(std::move(*step));
  }
  return plan;
}

std::string generation(const Plan& plan) { return os::sha256(to_json(plan).dump()).substr(0, 16); }

std::string explain_content(std::string_view expected, std::string_view given) {
  const auto wanted = lines(expected);
  const auto found = lines(given);
  const auto [own, other] = std::ranges::mismatch(wanted, found);
  constexpr std::size_t kShown = 80;
  if (own == wanted.end() && other == found.end()) return "its line ends are others";
  if (other == found.end()) return std::format("the line '{}' is missing", printable(*own, kShown));
  if (own == wanted.end()) {
    return std::format("the line '{}' is one too many", printable(*other, kShown));
  }
  return std::format("line {} is '{}' in place of '{}'", other - found.begin() + 1,
                     printable(*other, kShown), printable(*own, kShown));
}

std::vector<Change> diff(const Plan& from, const Plan& to) {
  std::map<std::string, const Step*> before;
  for (const Step& step : from.steps) before[subject(step)] = &step;
  std::vector<Change> changes;
  for (const Step& step : to.steps) {
    const auto found = before.find(subject(step));
    if (found == before.end()) {
      changes.push_back({Change::Kind::added, step});
    } else {
      if (*found->second != step) changes.push_back({Change::Kind::changed, step});
      before.erase(found);
    }
  }
  for (const Step& step : from.steps) {
    const auto left = before.find(subject(step));
    if (left != before.end() && left->second == &step) {
      changes.push_back({Change::Kind::removed, step});
    }
  }
  return changes;
}

}  // namespace muster::plan
