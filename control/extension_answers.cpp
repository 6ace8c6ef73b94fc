// What an extension answered: its form, its bounds, and how it is kept.

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <set>

#include "control/extension_notes.h"
#include "control/extensions.h"
#include "core/base/text.h"
#include "core/json/members.h"
#include "extensions/scheduler_settings.h"
#include "extensions/unit_file.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

using extensions::Place;
using muster::json::Members;
using muster::json::Problems;
using muster::json::Value;

constexpr std::size_t kMostSteps = 1000;
constexpr std::size_t kHashLength = 64;

/// Octal digits, as chmod(1) has them. A number would be read as another one.
Result<std::uint32_t> parse_mode(const Value& value) {
  std::uint32_t mode = 0;
  const std::string text = value.is_string() ? value.get<std::string>() : std::string();
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, mode, 8);
  if (!text.empty() && read.ec == std::errc() && read.ptr == end && mode <= 07777U) return mode;
  return fail(ErrorKind::invalid, "'mode' is no text of octal digits", "write such as \"0644\"");
}

/// A step without what its author must say.
template <typename T>
Value defaults(std::initializer_list<const char*> said) {
  Value step = plan::to_json(T{});
  for (const char* const member : said) step.erase(member);
  return step;
}

/// What a kind of step has where its author says nothing; null: an extension has no such steps.
Value defaults_of(const Value& kind) {
  if (kind == plan::WriteFile::kKind) return defaults<plan::WriteFile>({"path", "content"});
  if (kind == plan::MakeDirectory::kKind) return defaults<plan::MakeDirectory>({"path"});
  if (kind == plan::Unit::kKind) return defaults<plan::Unit>({"unit"});
  if (kind == plan::Service::kKind) return defaults<plan::Service>({"unit"});
  return nullptr;
}

/// A step as an extension writes it, with all that it may leave out.
Result<Value> complete(const Value& step) {
  if (!step.is_object() || !step.contains("step")) return step;
  Value whole = defaults_of(step.at("step"));
  if (whole.is_null()) return step;
  whole.update(step);
  if (!step.contains("mode")) return whole;
  TRY_ASSIGN(whole["mode"], parse_mode(step.at("mode")));
  return whole;
}

Result<Value> complete_all(const Value& list, std::string_view place) {
  Value whole = Value::array();
  for (const Value& step : list) {
    auto completed = complete(step);
    if (!completed) {
      return wrap(std::format("{}[{}]", place, whole.size()), std::move(completed).error());
    }
    whole.push_back(std::move(*completed));
  }
  return whole;
}

Status check_count(const Value& list) {
  if (list.size() <= kMostSteps) return {};
  return fail(ErrorKind::invalid, std::format("there are more than {} steps", kMostSteps));
}

Result<plan::Plan> parse_steps(const Value& list, std::string_view place) {
  plan::Plan plan;
  TRY(check_count(list));
  for (const Value& value : list) {
    TRY_ASSIGN(plan::Step step,
               plan::parse_step(value, std::format("{}[{}]", place, plan.steps.size())));
    TRY(plan::check(step));
    plan.add(std::move(step));
  }
  return plan;
}

/// There were no steps for the head.
void upgrade_extension_from_1(Value& value) {
  if (value.is_object()) value["head"] = Value::array();
}

/// All nodes had the same.
void upgrade_extension_from_2(Value& value) {
  if (value.is_object()) value["profiles"] = Value::object();
}

/// None set anything of the scheduler.
void upgrade_extension_from_3(Value& value) {
  if (value.is_object()) value["scheduler"] = Value::object();
}

constexpr std::array<muster::json::Upgrade, 3> kExtensionUpgrades = {
    &upgrade_extension_from_1, &upgrade_extension_from_2, &upgrade_extension_from_3};

}  // namespace

constinit const muster::json::DocumentKind kExtensionDocument = {.name = "extension",
                                                                 .upgrades = kExtensionUpgrades};

std::size_t ExtensionSteps::count_on_nodes() const {
  std::size_t count = on_nodes.steps.size();
  for (const auto& [profile, steps] : on_profiles) count += steps.steps.size();
  return count;
}

void ExtensionSteps::change_each(const std::function<void(plan::Plan& part)>& change) {
  change(on_nodes);
  for (auto& [profile, part] : on_profiles) change(part);
  change(on_head);
}

plan::Plan of_extension(plan::Plan steps, const std::string& extension) {
  plan::Plan plan;
  plan.append(std::move(steps), plans::origin_of(extension));
  return plan;
}

namespace {

Value steps_json(const plan::Plan& plan) {
  Value steps = Value::array();
  for (const plan::Step& step : plan.steps) steps.push_back(plan::to_json(step));
  return steps;
}

}  // namespace

std::string render_configured(const Configured& configured) {
  Value profiles = Value::object();
  for (const auto& [profile, steps] : configured.steps.on_profiles) {
    profiles[profile] = steps_json(steps);
  }
  return muster::json::render_document(kExtensionDocument,
                                       {{"specification", configured.specification},
                                        {"input", configured.input},
                                        {"node", steps_json(configured.steps.on_nodes)},
                                        {"profiles", std::move(profiles)},
                                        {"head", steps_json(configured.steps.on_head)},
                                        {"scheduler", configured.steps.in_scheduler}});
}

Result<Configured> parse_configured(std::string_view text) {
  TRY_ASSIGN(const muster::json::Document document,
             muster::json::parse_document(kExtensionDocument, text));
  Problems problems;
  Members members(document.value, problems);
  Configured configured{.specification = members.word("specification", kHashLength),
                        .input = members.word("input", kHashLength)};
  const Value& on_nodes = members.list("node");
  const Value& on_head = members.list("head");
  Members on_profiles = members.object("profiles");
  Members in_scheduler = members.object("scheduler");
  members.refuse_unknown();
  TRY(problems.status());
  configured.steps.in_scheduler = read_scheduler(document.value.at("scheduler"), in_scheduler);
  for (const auto& each : document.value.at("profiles").items()) {
    TRY_ASSIGN(configured.steps.on_profiles[each.key()],
               parse_steps(on_profiles.list(each.key().c_str()), each.key()));
  }
  TRY(problems.status());
  TRY_ASSIGN(configured.steps.on_nodes, parse_steps(on_nodes, "node"));
  TRY_ASSIGN(configured.steps.on_head, parse_steps(on_head, "head"));
  return configured;
}

namespace {

/// A step, and what the grant says of it.
class GrantCheck {
 public:
  GrantCheck(const plan::Step& step, const extensions::Grant& grant, Place place)
      : step_(step), grant_(grant), place_(place) {}

  Status operator()(const plan::WriteFile& file) const {
    if (place_ == Place::head && (file.mode & 0111U) != 0) {
      return fail(
          ErrorKind::denied,
          std::format("it wants to {}: no file of the head is a program; what a unit starts "
                      "lies in the extension's own directory",
                      plan::describe(step_)));
    }
    return check_path(may_write(grant_, place_, file.path), "file", "files");
  }
  Status operator()(const plan::MakeDirectory& directory) const {
    return check_path(may_make(grant_, place_, directory.path), "directory", "directories");
  }
  Status operator()(const plan::Unit& unit) const {
    if (unit.state != plan::Unit::State::masked) return check_unit(unit.unit);
    return fail(ErrorKind::denied, std::format("it wants to mask {}", unit.unit));
  }
  Status operator()(const plan::Service& service) const {
    for (const std::string& file : service.watches) {
      if (!file.starts_with('/')) {
        return fail(ErrorKind::invalid, std::format("'{}', which {} watches, is no absolute path",
                                                    printable(file, 80), service.unit));
      }
    }
    return check_unit(service.unit);
  }
  Status operator()(const auto&) const {
    return fail(
        ErrorKind::denied,
        std::format("it wants to {}: extensions of API level 1 write files, make directories and "
                    "run units",
                    plan::describe(step_)));
  }

 private:
  Status no_right(std::string_view what, std::string_view key) const {
    return fail(
        ErrorKind::denied,
        std::format("it wants to {}, and has no right to that {}", plan::describe(step_), what),
        std::format("its author adds the {} to '{}' of 'rights' in the specification", what, key));
  }
  Status check_path(bool may, std::string_view what, std::string_view key) const {
    if (!may) return no_right(what, key);
    if (plans::is_roots_alone(step_)) return {};
    return fail(ErrorKind::denied,
                std::format("it wants to {}: what an extension has belongs to root, nobody else "
                            "writes it, and nothing is setuid",
                            plan::describe(step_)),
                "a service has directories of its own by StateDirectory= in its unit");
  }
  Status check_unit(const std::string& unit) const {
    return may_run(grant_, place_, unit) ? Status() : no_right("unit", "units");
  }

  const plan::Step& step_;
  const extensions::Grant& grant_;
  Place place_;
};

}  // namespace

Status check_grant(const plan::Step& step, const extensions::Grant& grant, Place place) {
  return std::visit(GrantCheck(step, grant, place), static_cast<const plan::AnyStep&>(step));
}

namespace {

/// Errors (invalid): two steps are about one thing.
Status check_once(const plan::Plan& plan) {
  std::set<std::string> subjects;
  for (const plan::Step& step : plan.steps) {
    if (subjects.insert(plan::subject(step)).second) continue;
    return fail(ErrorKind::invalid,
                std::format("two steps are about one thing: {}", plan::describe(step)));
  }
  return {};
}

bool writes(const plan::Plan& plan, const std::string& path) {
  return std::ranges::any_of(plan.steps, [&](const plan::Step& step) {
    const auto* const file = std::get_if<plan::WriteFile>(&step);
    return file != nullptr && file->path == path;
  });
}

/// "lamp@.service" of "lamp@a.service"; empty: it is no instance.
std::string template_of(const std::string& unit) {
  const std::size_t sign = unit.find('@');
  const std::size_t dot = unit.rfind('.');
  const bool is_instance = sign != std::string::npos && dot != std::string::npos && sign + 1 < dot;
  return is_instance ? unit.substr(0, sign + 1) + unit.substr(dot) : std::string();
}

/// A unit whose own file is another starts anew: the file names the directory of one installation.
/// `all`: what the same machine has of the answer.
void watch_own_files(plan::Plan& plan, const plan::Plan& all) {
  for (plan::Step& step : plan.steps) {
    auto* const service = std::get_if<plan::Service>(&step);
    if (service == nullptr) continue;
    for (const std::string& unit : {service->unit, template_of(service->unit)}) {
      const std::string file = extensions::unit_path(unit);
      if (!unit.empty() && writes(all, file)) service->restart_watches.push_back(file);
    }
  }
}

/// The steps of one list. `list`: null where the answer has none; `where`: its name there;
/// `besides`: what the same machine has of the same answer.
Result<plan::Plan> check_list(const Value* list, std::string_view where, Place place,
                              const extensions::Grant& grant, const plan::Plan& besides = {}) {
  if (list == nullptr) return plan::Plan();
  TRY(check_count(*list));
  TRY_ASSIGN(const Value whole, complete_all(*list, where));
  TRY_ASSIGN(plan::Plan given, parse_steps(whole, where));
  plan::Plan all = besides;
  all.append(given);
  TRY(check_once(all));
  for (const plan::Step& step : given.steps) TRY(check_grant(step, grant, place));
  watch_own_files(given, all);
  return of_extension(std::move(given), grant.name);
}

}  // namespace

namespace {

Status check_scheduler(const hpc::OtherSettings& settings, const extensions::Grant& grant) {
  TRY(extensions::check_scheduler_settings(settings));
  for (const auto& [key, value] : settings) {
    if (may_schedule(grant, key)) continue;
    return fail(
        ErrorKind::denied,
        std::format("it wants to set {} in slurm.conf, and has no right to that", key),
        "its author adds the key to 'scheduler' of 'rights' for the head in the specification");
  }
  return {};
}

}  // namespace

Result<ExtensionSteps> check_answer(const nlohmann::json& output, const extensions::Grant& grant) {
  Problems problems;
  Members members(output, problems);
  const Value* const on_nodes = members.find_list("node");
  const Value* const on_head = members.find_list("head");
  auto on_profiles = members.find_object("profiles");
  auto in_scheduler = members.find_object("scheduler");
  members.refuse_unknown();
  TRY(problems.status());
  ExtensionSteps steps;
  if (in_scheduler) {
    steps.in_scheduler = read_scheduler(output.at("scheduler"), *in_scheduler);
    TRY(problems.status());
    TRY(check_scheduler(steps.in_scheduler, grant));
  }
  TRY_ASSIGN(steps.on_nodes, check_list(on_nodes, "node", Place::node, grant));
  TRY_ASSIGN(steps.on_head, check_list(on_head, "head", Place::head, grant));
  if (!on_profiles) return steps;
  for (const auto& each : output.at("profiles").items()) {
    const std::string& profile = each.key();
    const Value& list = on_profiles->list(profile.c_str());
    TRY(problems.status());
    TRY_ASSIGN(steps.on_profiles[profile],
               check_list(&list, std::format("profiles.{}", printable(profile, 80)), Place::node,
                          grant, steps.on_nodes));
  }
  return steps;
}

}  // namespace muster::control
