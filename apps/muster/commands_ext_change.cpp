// ext install, remove. Root's: whoever does this decides what runs on all nodes.

#include <algorithm>
#include <format>
#include <memory>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "apps/muster/confirm.h"
#include "apps/muster/ext_deed.h"
#include "apps/muster/ext_on_head.h"
#include "apps/muster/log_deed.h"
#include "apps/muster/shipped_extensions.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/spec/rules.h"
#include "extensions/dependencies.h"
#include "extensions/package/install.h"
#include "head/installed.h"
#include "head/systemctl.h"

namespace muster::cli {
namespace {

using extensions::Grant;
using extensions::kStore;
using nlohmann::json;
namespace fs = std::filesystem;

struct ChangeOptions {
  std::string file;
  std::string name;
  std::vector<fs::path> keys;
  bool allow_unsigned = false;
  bool from_iso = false;
  bool purge = false;
  ConfirmOptions confirm;
};

Status stop_host(os::CommandRunner& runner, const std::string& name) {
  return head::systemctl(
      runner, {"stop", extensions::unit_of(name, "socket"), extensions::unit_of(name, "service")});
}

/// Whoever asks this extension from now on asks what is installed now.
Status start_host(os::CommandRunner& runner, const std::string& name) {
  // Both: a question that comes meanwhile would start the service, and that would end the stopping.
  TRY(stop_host(runner, name));
  return head::systemctl(runner, {"start", extensions::unit_of(name, "socket")});
}

Result<os::Handle> lock() {
  return package::lock_store(kStore, [](const std::string& holder) {
    say(std::format("waiting for {}, which changes the extensions", printable(holder, 80)));
  });
}

/// Has the daemon look at the extension; what it says of all.
Result<json> refresh(const std::string& name) {
  return call_head("POST", std::format("/v1/extensions/{}/refresh", name), json::object());
}

/// What the daemon says of an extension that it has asked. Errors: it does not work.
Result<json> look_again(const Grant& grant, bool waits_for_head) {
  TRY_ASSIGN(const json answer, refresh(grant.name));
  const json now = find_extension(answer, grant.name);
  const bool is_this = now.is_object() && text_of(now, "version") == to_string(grant.version) &&
                       now.contains("installed_ms") && now.at("installed_ms") == grant.at_ms;
  if (!is_this) {
    return fail(std::format("the daemon does not see extension '{}'", grant.name),
                "'journalctl -u musterd' says why");
  }
  if (is_set(now, "active") || is_set(now, "disabled")) {
    if (waits_for_head) TRY(wait_for_head_steps(grant.name, answer));
    return now;
  }
  const std::string said = text_of(now, "said");
  return fail(std::format("extension '{}' does not work: {}{}", grant.name, text_of(now, "error"),
                          said.empty() ? "" : "; it said: " + said));
}

/// Whether an extension of this grant has something on the head; also when nobody knows.
bool has_head_steps(const std::optional<std::string>& grant) {
  if (!grant) return false;
  const auto parsed = extensions::parse_grant(*grant);
  return !parsed || are_about_head(parsed->rights);
}

bool is_on_head(const CheckedPackage& package, const std::optional<std::string>& before) {
  return are_about_head(package.specification.rights) || has_head_steps(before);
}

/// Removes versions that are not installed any more. One whose grant cannot be read may need
/// anything that is there.
Status tidy_up(const std::string& name) {
  if (!extensions::read_installed(kStore, name)) return {};
  return package::remove_unused(name, kStore);
}

/// Back to what was before a change that failed: each part, also when one fails.
Status take_back(os::CommandRunner& runner, const CheckedPackage& package,
                 const std::optional<std::string>& before) {
  const std::string& name = package.specification.name;
  const Status granted = package::restore_grant(name, before, kStore);
  const Status hosted = before ? start_host(runner, name) : stop_host(runner, name);
  const auto seen = refresh(name);
  TRY(granted);
  TRY(hosted);
  TRY_ASSIGN(const json answer, seen);
  if (is_on_head(package, before)) TRY(wait_for_head_steps(name, answer));
  // A unit of the head may need the files while it stops.
  return before ? tidy_up(name) : package::remove_extension(name, kStore);
}

Result<json> change(os::CommandRunner& runner, const CheckedPackage& package,
                    const std::optional<std::string>& before) {
  TRY_ASSIGN(const extensions::Installed installed,
             package::add_extension({.files = package.files,
                                     .specification = package.specification,
                                     .content = *package.content,
                                     .signer = package.signer,
                                     .at_ms = os::now_ms()},
                                    kStore));
  TRY(start_host(runner, installed.grant.name));
  if (!package.settings.empty()) {
    TRY_ASSIGN(const json body, body_of_settings(installed.grant.name, package.settings));
    TRY(set_settings(installed.grant.name, body));
  }
  return look_again(installed.grant, is_on_head(package, before));
}

Error after_taking_back(Error why, const Status& back, const std::string& name) {
  if (back) {
    why.hint = "nothing was installed; " + (why.hint.empty() ? "its author can help" : why.hint);
    return why;
  }
  return {.message = std::format("{}; and not all of what was before could be put back: {}",
                                 why.message, back.error().message),
          .hint = std::format("'muster ext show {}' says how it is now; 'systemctl status {}' how "
                              "its host is",
                              name, extensions::unit_of(name, "socket"))};
}

/// The specifications that are installed when this one is, or when it is gone.
std::vector<extensions::Specification> others(const std::vector<extensions::Installed>& installed,
                                              const std::string& name) {
  std::vector<extensions::Specification> others;
  for (const extensions::Installed& each : installed) {
    if (each.grant.name != name) others.push_back(each.specification);
  }
  return others;
}

/// The same when those that are coming are there, too.
std::vector<extensions::Specification> with_coming(
    std::vector<extensions::Specification> all,
    const std::vector<extensions::Specification>& coming) {
  for (const extensions::Specification& each : coming) {
    std::erase_if(all, [&](const auto& other) { return other.name == each.name; });
    all.push_back(each);
  }
  return all;
}

/// Errors (conflict): the extension cannot be installed beside those that are, and are coming.
Status check_place(const extensions::Specification& wanted,
                   const std::vector<extensions::Installed>& installed,
                   const std::vector<extensions::Specification>& coming) {
  TRY(extensions::check_together(wanted, with_coming(others(installed, wanted.name), coming)));
  TRY(extensions::check_rights(wanted, installed));
  return check_head_rights(wanted, installed);
}

}  // namespace

int install_checked(os::CommandRunner& runner, const CheckedPackage& package,
                    const std::vector<extensions::Specification>& coming) {
  const auto alone = lock();
  if (!alone) return report(alone.error());
  const std::string& name = package.specification.name;
  const auto inventory = extensions::read_inventory(kStore);
  if (!inventory) return report(inventory.error());
  const Status fits = check_place(package.specification, inventory->installed, coming);
  if (!fits) return report(fits.error());
  const Status complete = check_debian_packages(runner, package.specification);
  if (!complete) return report(complete.error());
  const auto before = package::read_grant_text(name, kStore);
  if (!before) return report(before.error());
  // Whoever is in a hurry waits until things are in order.
  const os::OrderlyEnd orderly;
  const auto done = change(runner, package, *before);
  if (!done) {
    return report(after_taking_back(done.error(), take_back(runner, package, *before), name));
  }
  const std::string version = to_string(package.specification.version);
  log_deed("ext install", std::format("{} {}", name, version));
  if (const Status tidy = tidy_up(name); !tidy) {
    say(std::format("the version before could not be removed: {}", tidy.error().text()));
  }
  return print_answer(*done, std::format("installed {} {}", name, version));
}

std::optional<Failure> refuse_others() {
  if (geteuid() == 0) return std::nullopt;
  return Failure(
      {.message = "only root may change which extensions there are", .hint = "run it with sudo"});
}

namespace {

/// What cluster.yaml chooses for an extension; none: it does not name it.
std::vector<std::string> settings_of_cluster(const std::string& name) {
  const auto spec = head::read_installed_spec();
  if (!spec) return {};
  const auto wanted = std::ranges::find(spec->extensions, name, &spec::Extension::name);
  return wanted == spec->extensions.end() ? std::vector<std::string>() : wanted->settings;
}

int install(const ChangeOptions& options) {
  if (const auto refused = refuse_others()) return report(*refused);
  if (options.from_iso != options.file.empty()) {
    return report(
        {.message = options.from_iso ? "--from-iso takes no package" : "no package was named",
         .hint = "name a NAME-VERSION.yaml, or write --from-iso alone"},
        kUsage);
  }
  if (options.from_iso &&
      (options.confirm.dry_run || options.allow_unsigned || !options.keys.empty())) {
    return report({.message = "--from-iso goes with no other option",
                   .hint = "who built the ISO decided; 'muster ext check FILE' looks at a package"},
                  kUsage);
  }
  if (options.from_iso) return install_from_iso();
  const auto keys = read_all_keys(options.keys);
  if (!keys) return report(keys.error(), kUsage);
  const auto file = read_package_path(options.file);
  if (!file) return report(file.error(), kUsage);
  os::PosixCommandRunner runner;
  auto package = check_package(runner, *file, *keys,
                               options.allow_unsigned ? Unsigned::allowed : Unsigned::refused);
  if (!package) return report(package.error(), *file);
  package->settings = settings_of_cluster(package->specification.name);
  if (const auto stop = stop_before(deed_of(*package), options.confirm)) return *stop;
  return install_checked(runner, *package);
}

/// Every part is done, also when one fails: a second removal completes what the first could not.
Status remove_all_of(os::CommandRunner& runner, const std::string& name) {
  const auto before = package::read_grant_text(name, kStore);
  const Status revoked = package::revoke_grant(name, kStore);
  const Status stopped = stop_host(runner, name);
  const auto seen = refresh(name);
  const bool is_on_head = !before || has_head_steps(*before);
  // A unit of the head may need the extension's files while it stops.
  const Status undone = seen && is_on_head ? wait_for_head_steps(name, *seen) : Status();
  const Status removed = package::remove_extension(name, kStore);
  TRY(revoked);
  TRY(stopped);
  TRY(seen);
  TRY(undone);
  return removed;
}

/// Errors (conflict): another extension requires this one.
Status check_not_required(const std::string& name) {
  TRY_ASSIGN(const extensions::Inventory inventory, extensions::read_inventory(kStore));
  // Whoever was in trouble before is no reason.
  for (const extensions::Specification& other : others(inventory.installed, name)) {
    if (!std::ranges::contains(other.requirements, name, &extensions::OtherExtension::name))
      continue;
    return fail(ErrorKind::conflict,
                std::format("'{}' requires the extension '{}'", title(other), name),
                std::format("'muster ext remove {}' first", other.name));
  }
  return {};
}

/// What becomes of the data of its services; empty: there is none.
std::string data_words(const ChangeOptions& options) {
  const fs::path data = extensions::data_of(options.name);
  if (os::is_missing(data)) return {};
  return options.purge ? std::format("; what its services kept in {} is LOST", data.string())
                       : std::format(
                             "; what its services kept stays in {}, until --purge removes it, too; "
                             "its settings do not stay",
                             data.string());
}

/// Removes what services kept. Where systemd gives a service a user of its own, the directory is a
/// link to another (systemd.exec(5), DynamicUser=).
Status purge_data(const std::string& name) {
  const fs::path data = extensions::data_of(name);
  TRY(os::remove_tree(data));
  return os::remove_tree(fs::path("/var/lib/private") / data.parent_path().filename() / name);
}

int remove(const ChangeOptions& options) {
  if (const auto refused = refuse_others()) return report(*refused);
  if (!spec::is_name(options.name)) {
    return report(
        {.message = std::format("'{}' is no name of an extension", printable(options.name, 80)),
         .hint = "'muster ext list' shows those that are installed"},
        kUsage);
  }
  const std::string data = data_words(options);
  const Deed deed{
      .what = std::format("remove extension {}", options.name),
      .consequence = std::format("what it changed on nodes and on the head is put back{}", data),
      .answer = {{"name", options.name}, {"keeps_data", !data.empty() && !options.purge}}};
  const bool is_there = !os::is_missing(extensions::grant_of(kStore, options.name));
  const bool has_data = options.purge && !os::is_missing(extensions::data_of(options.name));
  if (is_there || has_data) {
    if (const auto stop = stop_before(deed, options.confirm)) return *stop;
  } else if (options.confirm.dry_run) {
    return report(extensions::no_extension(options.name), kUsage);
  }
  const auto alone = lock();
  if (!alone) return report(alone.error());
  if (const Status free = check_not_required(options.name); !free) return report(free.error());
  os::PosixCommandRunner runner;
  Status done = remove_all_of(runner, options.name);
  if (done && has_data) done = purge_data(options.name);
  if (!done) return report(done.error());
  if (!is_there && !has_data) return report(extensions::no_extension(options.name), kUsage);
  log_deed("ext remove", options.name);
  return print_answer(deed.answer, std::format("removed {}{}", options.name, data));
}

}  // namespace

void add_ext_change(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App& install_verb =
      *noun.add_subcommand("install", "installs a package, or another version");
  install_verb
      .add_option(
          "file", options->file,
          "the package's specification, NAME-VERSION.yaml; a NAME.gex of 2006; or the name of "
          "an extension that comes with Muster")
      ->type_name(value::kFile);
  install_verb.add_option("--key", options->keys, "a public key that is trusted for this package")
      ->type_name(value::kFile)
      ->allow_extra_args(false);
  install_verb.add_flag("--from-iso", options->from_iso,
                        "install what cluster.yaml names, from the ISO of this head");
  install_verb.add_flag("--allow-unsigned", options->allow_unsigned,
                        "take a package that nobody signed");
  options->confirm.add_to(install_verb);
  add_json(install_verb);
  on_run_at_head(install_verb, session, [options] { return install(*options); });
  CLI::App& remove_verb = *noun.add_subcommand("remove", "removes an extension and all it changed");
  add_extension_name(remove_verb, options->name);
  remove_verb.add_flag("--purge", options->purge, "remove what its services kept as well");
  options->confirm.add_to(remove_verb);
  add_json(remove_verb);
  on_run_at_head(remove_verb, session, [options] { return remove(*options); });
}

}  // namespace muster::cli
