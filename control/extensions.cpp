#include "control/extensions.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/jitter.h"
#include "core/os/pause.h"
#include "extensions/unit_file.h"
#include "plans/head_rights.h"

namespace muster::control {
namespace {

using extensions::Installed;
using nlohmann::json;
using namespace std::chrono_literals;

/// An extension that failed is asked again.
constexpr Backoff kAgain{.first = 5s, .longest = 5min};

}  // namespace

Extensions::~Extensions() { end(); }

void Extensions::end() {
  ending_.request_stop();
  thread_.request_stop();
}

/// Errors: a setting has a value that this version does not allow.
Result<nlohmann::json> Extensions::input_of(const Known& known) const {
  const extensions::Specification& specification = known.extension.specification;
  TRY_ASSIGN(json settings, extensions::setting_values(specification, known.settings.choices));
  return json{{"extension",
               {{"name", specification.name},
                {"version", to_string(specification.version)},
                {"directory", known.extension.content.string()},
                {"data", extensions::data_of(specification.name).string()}}},
              {"cluster", sources_.cluster},
              {"settings", std::move(settings)}};
}

/// The nodes, for one that reads them; null: it does not.
std::shared_ptr<const ExtensionNodes::Told> Extensions::nodes_for(const Known& known) const {
  const bool reads = is_told(known.extension.specification, extensions::Reads::nodes);
  return reads ? sources_.nodes() : nullptr;
}

/// The people, for one that reads them; null: it does not. Errors: nobody knows them.
Result<std::shared_ptr<const ExtensionUsers::Told>> Extensions::users_for(
    const Known& known) const {
  if (!is_told(known.extension.specification, extensions::Reads::users)) return nullptr;
  auto users = sources_.users();
  if (users) return users;
  return fail(ErrorKind::conflict, "the cluster's people cannot be read",
              "'muster status' says what is wrong with the head's state");
}

/// Of all that it is told. Ten thousand nodes are a short text here. Errors: as input_of and
/// users_for.
Result<std::string> Extensions::digest_of(const Known& known) const {
  TRY_ASSIGN(const json input, input_of(known));
  std::string text = input.dump(-1, ' ', false, json::error_handler_t::replace);
  if (const auto nodes = nodes_for(known)) text += nodes->digest;
  TRY_ASSIGN(const auto users, users_for(known));
  if (users) text += users->digest;
  return crypto::sha256(text);
}

/// Whether there is nothing to ask.
bool Extensions::is_current(const Known& known) const {
  if (known.is_damaged || known.is_settings_lost || known.settings.is_disabled) return true;
  const bool is_of_this =
      known.answer && known.answer->specification == known.extension.grant.specification;
  if (!is_of_this) return false;
  const auto digest = digest_of(known);
  return digest && known.answer->input == *digest;
}

void Extensions::start() {
  leave_out_conflicts();
  thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

/// What was right beside an earlier cluster.yaml, an earlier Muster or another extension may not be
/// now, and the other way round.
void Extensions::leave_out_conflicts() {
  std::map<std::string, ExtensionSteps> answers;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, known] : all_) {
      if (known.answer) answers.emplace(name, known.answer->steps);
    }
  }
  const auto refused = sources_.refused_on_head(grants());
  for (const auto& [name, steps] : answers) {
    const auto no_right = refused.find(name);
    const Status fits =
        no_right == refused.end() ? sources_.check_steps(steps) : std::unexpected(no_right->second);
    const std::string conflict = fits ? std::string() : fits.error().text();
    const std::scoped_lock lock(mutex_);
    const auto now = all_.find(name);
    if (now == all_.end() || now->second.conflict == conflict) continue;
    now->second.conflict = conflict;
    note_change();
  }
}

std::vector<extensions::Grant> Extensions::grants() const {
  const std::scoped_lock lock(mutex_);
  std::vector<extensions::Grant> grants;
  for (const auto& [name, known] : all_) {
    if (!known.is_damaged) grants.push_back(known.extension.grant);
  }
  return grants;
}

/// Plans are made of something else since.
void Extensions::note_change() { sources_.decisions.note(sources_.decisions.revision()); }

void Extensions::work(const std::stop_token& stop) {
  int failures = 0;
  while (!stop.stop_requested()) {
    const bool is_done = exceptions_.run([&] { take_turn(stop, failures); });
    if (!is_done && !os::pause(stop, kAgain.first)) return;
  }
}

void Extensions::take_turn(const std::stop_token& stop, int& failures) {
  read_store();
  forget_removed();
  save_in_scheduler();
  ask_all(stop);
  std::unique_lock lock(mutex_);
  if (!is_failing()) failures = 0;
  // Until somebody's look finds one that fails.
  if (!wake_.wait(lock, stop, [this] { return has_news_ || is_failing(); })) return;
  if (!has_news_) {
    const auto pause = kAgain.after(++failures, os::random_part());
    wake_.wait_for(lock, stop, pause, [this] { return has_news_; });
  }
  has_news_ = false;
}

bool Extensions::has_reader(extensions::Reads what) const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(
      all_, [&](const auto& each) { return is_told(each.second.extension.specification, what); });
}

void Extensions::look_at_cluster() {
  const auto nodes = has_reader(extensions::Reads::nodes) ? sources_.nodes() : nullptr;
  const auto users = has_reader(extensions::Reads::users) ? sources_.users() : nullptr;
  const std::scoped_lock lock(mutex_);
  const auto is_new = [](std::string& before, const auto& told) {
    return told && std::exchange(before, told->digest) != told->digest;
  };
  const bool has_nodes = is_new(nodes_digest_, nodes);
  const bool has_users = is_new(users_digest_, users);
  if (!has_nodes && !has_users) return;
  has_news_ = true;
  wake_.notify_all();
}

/// Whether there is something to try again. `mutex_` is locked.
bool Extensions::is_failing() const {
  return unreadable_ || !removed_.empty() || !unsaved_.empty() ||
         std::ranges::any_of(all_, [this](const auto& each) {
           return each.second.is_damaged || !is_current(each.second);
         });
}

void Extensions::read_store() {
  const std::scoped_lock one_look(reading_);
  auto inventory = extensions::read_inventory(sources_.store);
  const std::scoped_lock lock(mutex_);
  unreadable_ = inventory ? std::nullopt : std::optional(inventory.error());
  if (!inventory) return;
  All all;
  for (Installed& installed : inventory->installed) {
    const std::string name = installed.grant.name;
    all[name].extension = std::move(installed);
  }
  for (const auto& [name, why] : inventory->damaged) all.emplace(name, damaged(name, why));
  for (auto& [name, known] : all_) {
    const auto now = all.find(name);
    if (now == all.end()) {
      removed_.insert(name);
      continue;
    }
    now->second.settings = std::move(known.settings);
    now->second.is_settings_lost = known.is_settings_lost;
    now->second.is_new = known.is_new;
    now->second.answer = std::move(known.answer);
    now->second.written = known.written;
    now->second.in_scheduler = std::move(known.in_scheduler);
    now->second.conflict = std::move(known.conflict);
    if (now->second.extension.grant != known.extension.grant || known.is_damaged) continue;
    now->second.error = std::move(known.error);
    now->second.said = std::move(known.said);
  }
  for (auto& [name, known] : all) {
    if (removed_.erase(name) != 0) known.is_new = true;
  }
  const auto is_as_before = [this](const auto& each) {
    const auto before = all_.find(each.first);
    return before != all_.end() && before->second.extension.grant == each.second.extension.grant;
  };
  // What may be in the plans follows from the grants.
  const bool is_same = all.size() == all_.size() && std::ranges::all_of(all, is_as_before);
  all_ = std::move(all);
  if (!is_same) note_change();
}

void Extensions::Urgent::change(int by) {
  const std::scoped_lock lock(all_.mutex_);
  all_.urgent_ += by;
  all_.wake_.notify_all();
}

Status Extensions::refresh(const std::string& name) {
  read_store();
  forget_removed();
  {
    const std::scoped_lock lock(mutex_);
    if (unreadable_) return std::unexpected(*unreadable_);
  }
  const Urgent urgent(*this);
  ask(name, [this] { return ending_.stop_requested(); });
  leave_out_conflicts();
  const std::scoped_lock lock(mutex_);
  if (!removed_.contains(name)) return {};
  return std::unexpected(cannot_forget(name));
}

/// Whom somebody waits for comes first.
void Extensions::ask_all(const std::stop_token& stop) {
  std::vector<std::string> names;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [name, known] : all_) {
      if (!is_current(known)) names.push_back(name);
    }
  }
  const auto is_urgent = [this] {
    const std::scoped_lock lock(mutex_);
    return urgent_ != 0;
  };
  for (const std::string& name : names) {
    {
      std::unique_lock lock(mutex_);
      if (!wake_.wait(lock, stop, [this] { return urgent_ == 0; })) return;
    }
    ask(name, [&] { return stop.stop_requested() || is_urgent(); });
  }
}

/// What is installed under this name; none where there is nothing to ask.
std::optional<Extensions::Known> Extensions::find_to_ask(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = all_.find(name);
  if (found == all_.end() || is_current(found->second)) return std::nullopt;
  return found->second;
}

/// Nothing is locked that others wait for while the host works.
void Extensions::ask(const std::string& name, const std::function<bool()>& is_unwanted) {
  const auto turn = turns_.of(name);
  const std::scoped_lock one_question(*turn);
  const auto known = find_to_ask(name);
  if (!known) return;
  std::string said;
  auto answer = ask_one(*known, said, is_unwanted);
  const auto is_still_there = [&] { return is_still(known->extension.grant); };
  // Who gave up waiting knows nothing of the extension.
  if (!is_still_there() || (!answer && is_unwanted())) return;
  const Status saved = answer ? save(name, kept_of(*known, *answer), is_still_there) : Status();
  const std::scoped_lock lock(mutex_);
  const auto now = all_.find(name);
  if (now == all_.end()) return;
  // Who was asked nothing said nothing new.
  const bool is_asked =
      std::ranges::contains(known->extension.specification.hooks, extensions::Hook::configure);
  if (is_asked || !said.empty()) now->second.said = std::move(said);
  now->second.error = !answer  ? answer.error().text()
                      : !saved ? saved.error().text()
                               : std::string();
}

/// Whether this is what is installed: it may have been replaced while its host worked.
bool Extensions::is_still(const extensions::Grant& grant) const {
  const std::scoped_lock lock(mutex_);
  const auto now = all_.find(grant.name);
  return now != all_.end() && now->second.extension.grant == grant;
}

namespace {

/// Errors (invalid): a profile is none of those that it was told. Of stored steps one may be gone
/// since: no node has it then.
Status check_profiles(const ExtensionSteps& steps, const json& cluster) {
  const json known = cluster.value("profiles", json::array());
  for (const auto& [profile, part] : steps.on_profiles) {
    const bool is_known = std::ranges::any_of(
        known, [&](const json& each) { return each.value("name", "") == profile; });
    if (is_known) continue;
    return fail(ErrorKind::invalid, std::format("it has steps for the profile '{}', and there is "
                                                "no such profile",
                                                printable(profile, 80)));
  }
  return {};
}

/// Errors: as check_answer; a file of a unit of the head is none that root installed.
Result<ExtensionSteps> steps_of(const json& output, const Installed& extension) {
  TRY_ASSIGN(const json whole, extensions::with_unit_files(output, extension));
  TRY_ASSIGN(ExtensionSteps steps, check_answer(whole, extension.grant));
  for (const plan::Step& step : steps.on_head.steps) {
    const std::string unit = plans::unit_written_by(step);
    if (unit.empty()) continue;
    const auto& file = std::get<plan::WriteFile>(step);
    const auto own = extensions::read_unit(extension.grant.name, extension.content, unit);
    if (own && *own == file.content && file.path == extensions::unit_path(unit)) continue;
    return fail(ErrorKind::denied,
                std::format("{} is no file 'units/{}' of the archive, and units of the head are",
                            file.path, unit),
                "its author puts it there, and has the hook return a step 'unit_file'");
  }
  return steps;
}

}  // namespace

Result<Configured> Extensions::ask_one(const Known& known, std::string& said,
                                       const std::function<bool()>& is_unwanted) {
  const extensions::Grant& grant = known.extension.grant;
  Configured configured{.specification = grant.specification};
  // Before the nodes and the people: who is read then is at least as new.
  TRY_ASSIGN(configured.input, digest_of(known));
  TRY_ASSIGN(json input, input_of(known));
  if (const auto nodes = nodes_for(known)) input["cluster"]["nodes"] = nodes->nodes;
  TRY_ASSIGN(const auto users, users_for(known));
  if (users) input["cluster"]["users"] = users->users;
  const auto is_asked = [&](extensions::Hook hook) {
    return std::ranges::contains(known.extension.specification.hooks, hook);
  };
  if (const auto refused = sources_.refused_on_head(grants()); refused.contains(grant.name)) {
    return std::unexpected(refused.at(grant.name));
  }
  const bool is_new = !known.answer || known.answer->specification != grant.specification;
  if (is_new && is_asked(extensions::Hook::install)) {
    const auto done =
        sources_.hosts.ask(grant.name, extensions::Hook::install, input, said, is_unwanted);
    if (!done) return std::unexpected(done.error());
  }
  if (!is_asked(extensions::Hook::configure)) return configured;
  TRY_ASSIGN(const json output,
             sources_.hosts.ask(grant.name, extensions::Hook::configure, input, said, is_unwanted));
  auto steps = steps_of(output, known.extension);
  if (!steps) return wrap("what its hook 'configure' answered", std::move(steps).error());
  TRY(check_profiles(*steps, sources_.cluster));
  TRY(sources_.check_steps(*steps));
  configured.steps = std::move(*steps);
  return configured;
}

}  // namespace muster::control
