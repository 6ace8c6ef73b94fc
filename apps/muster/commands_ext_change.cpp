// ext install, remove. Root's: whoever does this decides what runs on all nodes.

#include <algorithm>
#include <format>
#include <iterator>
#include <memory>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "apps/muster/confirm.h"
#include "apps/muster/log_deed.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "extensions/package/install.h"
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
  ConfirmOptions confirm;
};

/// Where root puts public keys that are believed whoever names them or not.
constexpr const char* kKeyDirectory = "/etc/muster/extension-keys";

std::optional<Failure> refuse_others() {
  if (geteuid() == 0) return std::nullopt;
  return Failure(
      {.message = "only root may change which extensions there are", .hint = "run it with sudo"});
}

Result<std::vector<package::TrustedKey>> read_all_keys(const ChangeOptions& options) {
  TRY_ASSIGN(std::vector<package::TrustedKey> keys, package::read_keys(options.keys));
  TRY_ASSIGN(std::vector<package::TrustedKey> known, package::read_keys_in(kKeyDirectory));
  std::ranges::move(known, std::back_inserter(keys));
  return keys;
}

/// Whoever asks this extension from now on asks what is installed now.
Status start_host(os::CommandRunner& runner, const std::string& name) {
  TRY(head::systemctl(runner, {"stop", extensions::unit_of(name, "service")}));
  return head::systemctl(runner, {"start", extensions::unit_of(name, "socket")});
}

Status stop_host(os::CommandRunner& runner, const std::string& name) {
  return head::systemctl(
      runner, {"stop", extensions::unit_of(name, "socket"), extensions::unit_of(name, "service")});
}

Result<os::Handle> lock() {
  return package::lock_store(kStore, [](const std::string& holder) {
    say(std::format("waiting for {}, which changes the extensions", printable(holder, 80)));
  });
}

/// What the daemon says of the extension after it looked again. Errors: it does not work.
Result<json> look_again(const std::string& name) {
  TRY_ASSIGN(const json answer, call_head("POST", "/v1/extensions/refresh", json::object()));
  for (const json& each : answer.at("extensions")) {
    if (text_of(each, "name") != name) continue;
    if (each.value("active", false)) return each;
    const std::string said = text_of(each, "said");
    return fail(std::format("extension '{}' does not work: {}{}", name, text_of(each, "error"),
                            said.empty() ? "" : "; it said: " + said));
  }
  return fail(std::format("the daemon does not see extension '{}'", name),
              "'journalctl -u musterd' says why");
}

std::string rights_words(const extensions::Specification& specification) {
  std::string words;
  for (const extensions::Right& right : specification.rights) {
    words += std::format("{}writes {} on every {} ({})", words.empty() ? "it " : "; it ",
                         join(right.files, ", "), to_string(right.place), right.reason);
  }
  return words.empty() ? "it changes nothing by itself" : words;
}

Deed deed_of(const CheckedPackage& package, const std::optional<extensions::Installed>& before) {
  const extensions::Specification& wanted = package.specification;
  const std::string version = to_string(wanted.version);
  const std::string what = before ? std::format("replace extension {} {} by {}", wanted.name,
                                                to_string(before->grant.version), version)
                                  : std::format("install extension {} {}", wanted.name, version);
  return {.what = std::format("{}, {}", what, signer_words(package.signer)),
          .consequence = rights_words(wanted),
          .answer = {{"name", wanted.name}, {"version", version}}};
}

Result<std::optional<extensions::Installed>> find_installed(const std::string& name) {
  auto found = extensions::read_installed(kStore, name);
  if (found) return std::move(*found);
  // One that is damaged is replaced like one that is not there.
  return std::nullopt;
}

/// Back to what was before a change that failed.
Status take_back(os::CommandRunner& runner, const std::string& name,
                 const std::optional<extensions::Installed>& before) {
  const std::optional<Grant> grant = before ? std::optional(before->grant) : std::nullopt;
  TRY(package::restore_grant(name, grant, kStore));
  TRY(before ? start_host(runner, name) : stop_host(runner, name));
  TRY(call_head("POST", "/v1/extensions/refresh", json::object()));
  return {};
}

Result<json> change(os::CommandRunner& runner, const CheckedPackage& package) {
  TRY_ASSIGN(const extensions::Installed installed,
             package::add_extension({.files = package.files,
                                     .specification = package.specification,
                                     .content = *package.content,
                                     .signer = package.signer,
                                     .at_ms = os::now_ms()},
                                    kStore));
  TRY(start_host(runner, installed.grant.name));
  return look_again(installed.grant.name);
}

int install_checked(os::CommandRunner& runner, const CheckedPackage& package) {
  const auto alone = lock();
  if (!alone) return report(alone.error());
  const std::string& name = package.specification.name;
  const auto inventory = extensions::read_inventory(kStore);
  if (!inventory) return report(inventory.error());
  const Status free = extensions::check_rights(package.specification, inventory->installed);
  if (!free) return report(free.error());
  const auto before = find_installed(name);
  if (!before) return report(before.error());
  const auto done = change(runner, package);
  if (!done) {
    const Status back = take_back(runner, name, *before);
    if (back) {
      return report(
          {.message = done.error().message,
           .hint = "nothing was installed; " +
                   (done.error().hint.empty() ? "its author can help" : done.error().hint)});
    }
    return report({.message = std::format("{}; and what was before could not be put back: {}",
                                          done.error().message, back.error().message),
                   .hint = std::format("'muster ext remove {}'", name)});
  }
  const std::string version = to_string(package.specification.version);
  log_deed("ext install", std::format("{} {}", name, version));
  const Status tidy = package::remove_unused(name, kStore);
  if (!tidy) return report(tidy.error());
  return print_answer(*done, std::format("installed {} {}", name, version));
}

int install(const ChangeOptions& options) {
  if (const auto refused = refuse_others()) return report(*refused);
  const auto keys = read_all_keys(options);
  if (!keys) return report(keys.error(), kUsage);
  os::PosixCommandRunner runner;
  const auto package = check_package(runner, options.file, *keys);
  if (!package) return report(package.error(), options.file);
  if (!package->signer && !options.allow_unsigned) {
    return report({.message = std::format("'{}' is not signed: anybody may have made it",
                                          printable(options.file, 4096)),
                   .hint = "get the signed one, or take the risk with --allow-unsigned"},
                  kUsage);
  }
  const auto before = find_installed(package->specification.name);
  if (!before) return report(before.error());
  if (const auto stop = stop_before(deed_of(*package, *before), options.confirm)) return *stop;
  return install_checked(runner, *package);
}

int remove(const ChangeOptions& options) {
  if (const auto refused = refuse_others()) return report(*refused);
  const auto inventory = extensions::read_inventory(kStore);
  if (!inventory) return report(inventory.error());
  const bool is_there =
      inventory->damaged.contains(options.name) ||
      std::ranges::any_of(inventory->installed, [&](const extensions::Installed& each) {
        return each.grant.name == options.name;
      });
  if (!is_there) {
    return report(
        {.message = std::format("there is no extension '{}'", printable(options.name, 80)),
         .hint = "'muster ext list' shows those that are installed"},
        kUsage);
  }
  const Deed deed{.what = std::format("remove extension {}", options.name),
                  .consequence = "what it changed on nodes is put back",
                  .answer = {{"name", options.name}}};
  if (const auto stop = stop_before(deed, options.confirm)) return *stop;
  const auto alone = lock();
  if (!alone) return report(alone.error());
  os::PosixCommandRunner runner;
  Status done = package::remove_extension(options.name, kStore);
  if (done) done = stop_host(runner, options.name);
  if (!done) return report(done.error());
  log_deed("ext remove", options.name);
  const auto seen = call_head("POST", "/v1/extensions/refresh", json::object());
  if (!seen) return report(seen.error());
  return print_answer(deed.answer, std::format("removed {}", options.name));
}

}  // namespace

void add_ext_change(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App& install_verb =
      *noun.add_subcommand("install", "installs a package, or another version");
  install_verb.add_option("file", options->file, "the package's specification, NAME-VERSION.yaml")
      ->type_name(value::kFile)
      ->required();
  install_verb.add_option("--key", options->keys, "a public key that is trusted for this package")
      ->type_name(value::kFile);
  install_verb.add_flag("--allow-unsigned", options->allow_unsigned,
                        "take a package that nobody signed");
  options->confirm.add_to(install_verb);
  add_json(install_verb);
  on_run_at_head(install_verb, session, [options] { return install(*options); });
  CLI::App& remove_verb = *noun.add_subcommand("remove", "removes an extension and all it changed");
  remove_verb.add_option("extension", options->name, "its name")
      ->type_name(value::kExtension)
      ->required();
  options->confirm.add_to(remove_verb);
  add_json(remove_verb);
  on_run_at_head(remove_verb, session, [options] { return remove(*options); });
}

}  // namespace muster::cli
