#pragma once
// The extensions that work on this head: which root installed, what each answered when it was asked
// for its steps, and asking again when what it was told has changed. The hosts run the extensions'
// code (extensions/host.h); the daemon believes an answer as far as root's grant goes.

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/decisions.h"
#include "control/extension_nodes.h"
#include "control/extension_users.h"
#include "control/problem.h"
#include "core/base/backoff.h"
#include "core/json/document.h"
#include "core/os/caught_exceptions.h"
#include "core/plan/plan.h"
#include "extensions/hosts.h"
#include "extensions/settings.h"
#include "extensions/store.h"
#include "extensions/turns.h"
#include "hpc/slurm_config.h"

namespace muster::control {

/// What an extension answered last, as the store keeps it: documents of kind "extension" by name.
extern const muster::json::DocumentKind kExtensionDocument;
inline constexpr const char* kExtensionKind = "extension";

struct ExtensionSteps {
  /// For every node.
  plan::Plan on_nodes;
  /// What the nodes of a profile have besides, by its name.
  std::map<std::string, plan::Plan> on_profiles;
  plan::Plan on_head;
  /// What it wants to set in slurm.conf.
  hpc::OtherSettings in_scheduler = {};

  /// Steps for nodes, whichever these are.
  std::size_t count_on_nodes() const;
  /// Changes each part for nodes, and the head's.
  void change_each(const std::function<void(plan::Plan& part)>& change);
  bool operator==(const ExtensionSteps&) const = default;
};

struct Configured {
  /// The SHA-256 of the specification that answered.
  std::string specification;
  /// The SHA-256 of all that it was told.
  std::string input;
  ExtensionSteps steps;
  bool operator==(const Configured&) const = default;
};

/// What administrators chose of its settings: documents of kind "extension-settings" by name.
extern const muster::json::DocumentKind kExtensionSettingsDocument;
inline constexpr const char* kExtensionSettingsKind = "extension-settings";

/// What administrators decided about an extension.
struct ExtensionSettings {
  extensions::Choices choices;
  /// It has no steps then, and is asked nothing.
  bool is_disabled = false;
  bool operator==(const ExtensionSettings&) const = default;
};

std::string render_extension_settings(const ExtensionSettings& settings);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<ExtensionSettings> parse_extension_settings(std::string_view text);

std::string render_configured(const Configured& configured);
/// Errors (invalid): it is none; (conflict) it is of a newer version.
Result<Configured> parse_configured(std::string_view text);

/// Errors (denied): the step is about something that the grant does not have in this place.
Status check_grant(const plan::Step& step, const extensions::Grant& grant,
                   extensions::Place place = extensions::Place::node);

/// The steps of an answer of the hook `configure`, each with its origin. Errors (invalid): not of
/// its form; (denied) a step is about something that the grant does not have.
Result<ExtensionSteps> check_answer(const nlohmann::json& output, const extensions::Grant& grant);

/// The steps as those of an extension (plan::Step::origin).
plan::Plan of_extension(plan::Plan steps, const std::string& extension);

/// Threads: every function but `load` and `start` may be called from several threads. None but
/// `refresh`, `configure` and `set_disabled` waits for a host.
class Extensions {
 public:
  struct Sources {
    Decisions& decisions;
    std::filesystem::path store;
    extensions::Hosts& hosts;
    /// What every extension is told of the cluster.
    nlohmann::json cluster;
    /// The nodes, for those that read them.
    std::function<std::shared_ptr<const ExtensionNodes::Told>()> nodes;
    /// The cluster's people, for those that read them; null: nobody knows them all.
    std::function<std::shared_ptr<const ExtensionUsers::Told>()> users;
    /// Whether nodes and the head can have these steps beside all others. Errors (conflict): with
    /// both origins.
    std::function<Status(const ExtensionSteps& steps)> check_steps;
    /// plans::HeadRights::refused of these extensions.
    std::function<std::map<std::string, Error, std::less<>>(
        const std::vector<extensions::Grant>& grants)>
        refused_on_head;
  };
  explicit Extensions(Sources sources) : sources_(std::move(sources)) {}
  ~Extensions();
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;

  /// What is installed, and what it answered before. Adds to `lost` what cannot be read.
  void load(std::vector<Error>& lost);
  /// Asks from now on whom it must, in a thread of its own.
  void start();
  /// Nobody waits for a host any more: who waits is answered that it did not answer.
  void end();

  /// Looks again at what is installed, and asks this extension when it must be asked; the others
  /// are asked in their turn. Waits until it has answered. Errors: the store cannot be read.
  Status refresh(const std::string& name);

  /// Other values of settings; none: the default again.
  using Chosen = std::map<std::string, std::optional<std::string>, std::less<>>;
  /// Asks the extension with these settings, and takes them when it answers with steps that it may
  /// have. Errors: there is no such extension or setting; the value is none of the setting's; the
  /// extension does not work with it; the disk. Nothing has changed then.
  Status configure(const std::string& name, const Chosen& chosen);
  /// Without its steps from now on, or with them again. Errors: as configure.
  Status set_disabled(const std::string& name, bool is_disabled);

  /// Looks whether nodes and people are others than those that extensions were told of. Never
  /// waits.
  void look_at_cluster();

  /// The head's plan of this revision, or of a later one, was applied. `report`: as apply::to_json.
  /// Never waits.
  void head_is_applied(const nlohmann::json& report, state::Revision revision);

  /// Those that are to be asked and told more than their steps (ExtensionWorker).
  std::vector<extensions::Installed> working() const;
  /// Whether this extension is to be asked such things now.
  bool is_working(const extensions::Grant& grant) const;
  /// Why nobody asks it anything: it is not there (absent), is disabled, does not work (conflict),
  /// or has no hooks for that (absent).
  Error why_idle(const std::string& name) const;
  /// What its hooks are told. Errors: why_idle.
  Result<nlohmann::json> told(const extensions::Grant& grant) const;

  /// The steps of all extensions for every node, by the extensions' names.
  plan::Plan on_nodes() const;
  /// The same for the nodes of each profile.
  std::map<std::string, plan::Plan> on_profiles() const;
  /// The same for the head.
  plan::Plan on_head() const;
  /// What they have in slurm.conf. What an answer wants comes there when all its steps for the head
  /// are done: a scheduler does not start beside a database that it never met.
  hpc::OtherSettings in_scheduler() const;

  struct State {
    extensions::Installed extension;
    /// Of `extension` only the name is known.
    bool is_damaged = false;
    /// Whether the steps of this version are in the plans.
    bool is_active = false;
    /// Why not; empty: it was not asked yet.
    std::string error;
    /// What its hook said last besides.
    std::string said;
    std::size_t steps = 0;
    std::size_t steps_on_head = 0;
    /// What it has in slurm.conf, and whether it waits for something else there.
    hpc::OtherSettings in_scheduler = {};
    bool waits_for_scheduler = false;
    ExtensionSettings settings = {};
  };
  std::vector<State> states() const;
  std::vector<Problem> problems() const;
  os::CaughtExceptions::Seen exceptions() const { return exceptions_.seen(); }

 private:
  struct Known {
    extensions::Installed extension;
    /// Of `extension` only the name is known: its files cannot be used. What it answered stays.
    bool is_damaged = false;
    ExtensionSettings settings;
    /// Nobody knows what administrators decided: it is not asked, and keeps what it has.
    bool is_settings_lost = false;
    /// The store may have settings of one that was removed.
    bool is_new = false;
    std::optional<Configured> answer;
    /// The transaction that wrote the answer; 0: an earlier process did.
    state::Revision written = 0;
    /// What it has in slurm.conf.
    hpc::OtherSettings in_scheduler = {};
    /// Why the answer is not in the plans.
    std::string conflict;
    std::string error;
    std::string said;
  };
  using All = std::map<std::string, Known, std::less<>>;

  /// Counts a question that somebody waits for, as long as it lives.
  class Urgent {
   public:
    explicit Urgent(Extensions& all) : all_(all) { change(1); }
    Urgent(const Urgent&) = delete;
    Urgent& operator=(const Urgent&) = delete;
    ~Urgent() { change(-1); }

   private:
    void change(int by);

    Extensions& all_;
  };
  void work(const std::stop_token& stop);
  void take_turn(const std::stop_token& stop, int& failures);
  void read_store();
  void leave_out_conflicts();
  void load_in_scheduler(std::vector<Error>& lost);
  void save_in_scheduler();
  static bool is_done(const Known& known, const nlohmann::json& report);
  std::vector<extensions::Grant> grants() const;
  void note_change();
  static bool has_steps(const Known& known);
  /// The steps of all that `of` names: a part of an extension's steps for a place.
  using PartOf = std::function<const plan::Plan*(const ExtensionSteps& steps)>;
  plan::Plan steps_in(extensions::Place place, const PartOf& of) const;
  static std::string trouble_of(const Known& known);
  static Error cannot_forget(const std::string& name);
  Known* known_of(const std::string& name);
  static Known damaged(const std::string& name, const std::optional<Error>& why);
  static Status take_up(Known& known, const std::string& document);
  void ask_all(const std::stop_token& stop);
  void ask(const std::string& name, const std::function<bool()>& is_unwanted);
  Result<Configured> ask_one(const Known& known, std::string& said,
                             const std::function<bool()>& is_unwanted);
  std::optional<Known> find_to_ask(const std::string& name) const;
  bool is_still(const extensions::Grant& grant) const;
  bool is_failing() const;
  /// What is kept of an extension.
  struct Kept {
    std::optional<Configured> answer;
    /// None: they stay as they are.
    std::optional<ExtensionSettings> settings;
  };
  static Kept kept_of(const Known& known, const Configured& answer);
  static std::string told_of(const Kept& kept);
  using Take = std::function<Status(Known& known, const std::string& document)>;
  /// What cannot be read, of the extension with this name, and what is done about that.
  using Trouble = std::function<Error(const std::string& name)>;
  bool load_documents(const char* kind, const Take& take, const Trouble& trouble,
                      std::vector<Error>& lost);
  void load_settings(std::vector<Error>& lost);
  Result<Known> find_to_configure(const std::string& name) const;
  /// Who changes settings of an extension: nobody else asks meanwhile.
  Status change(const std::string& name,
                const std::function<Result<ExtensionSettings>(const Known&)>& settings_of);
  Status save(const std::string& name, const std::optional<Kept>& kept,
              const std::function<bool()>& is_right);
  void forget_removed();
  Result<nlohmann::json> input_of(const Known& known) const;
  std::shared_ptr<const ExtensionNodes::Told> nodes_for(const Known& known) const;
  bool has_reader(extensions::Reads what) const;
  Result<std::string> digest_of(const Known& known) const;
  Result<std::shared_ptr<const ExtensionUsers::Told>> users_for(const Known& known) const;
  static bool is_working(const Known& known);
  Error why_idle_now(const std::string& name) const;
  bool is_current(const Known& known) const;

  Sources sources_;
  /// One look at the store at a time.
  std::mutex reading_;
  /// One question for steps at a time of each extension.
  extensions::Turns<std::mutex> turns_;
  /// Guards what follows.
  mutable std::mutex mutex_;
  All all_;
  /// Why the store cannot be read.
  std::optional<Error> unreadable_;
  /// Questions that somebody waits for.
  int urgent_ = 0;
  /// Documents of extensions that are not installed any more.
  std::set<std::string> removed_;
  /// ExtensionNodes::Told::digest of the last look.
  std::string nodes_digest_;
  /// ExtensionUsers::Told::digest of the last look.
  std::string users_digest_;
  /// Whose Known::in_scheduler is not on disk.
  std::set<std::string> unsaved_;
  /// Somebody is told something else since.
  bool has_news_ = false;
  std::condition_variable_any wake_;
  std::stop_source ending_;
  os::CaughtExceptions exceptions_;
  std::jthread thread_;
};

}  // namespace muster::control
