// ext search, upgrade: the extensions that come with Muster.

#include <algorithm>
#include <format>
#include <memory>

#include <nlohmann/json.hpp>

#include "apps/muster/client.h"
#include "apps/muster/commands_ext.h"
#include "apps/muster/ext_deed.h"
#include "apps/muster/shipped_extensions.h"
#include "apps/muster/table.h"
#include "core/base/text.h"
#include "extensions/package/catalogue.h"
#include "extensions/store.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using package::Offer;

struct CatalogueOptions {
  std::vector<std::string> words;
  ConfirmOptions confirm;
};

Result<std::vector<Offer>> read_shipped() {
  TRY_ASSIGN(const std::filesystem::path directory, find_shipped_extensions());
  return package::read_catalogue(directory);
}

/// Whether its name, summary or description has the word; capitals make no difference.
bool has_word(const Offer& offer, const std::string& word) {
  const extensions::Specification& own = offer.specification;
  return lower(own.name + " " + own.summary + " " + own.description).contains(lower(word));
}

json offer_json(const Offer& offer) {
  const extensions::Specification& own = offer.specification;
  return {
      {"name", own.name},       {"version", to_string(own.version)}, {"type", to_string(own.type)},
      {"summary", own.summary}, {"description", own.description},    {"file", offer.file.string()}};
}

int search(const CatalogueOptions& options) {
  const auto offers = read_shipped();
  if (!offers) return report(offers.error());
  json found = json::array();
  std::vector<std::vector<std::string>> rows = {{"EXTENSION", "VERSION", "TYPE", "SUMMARY"}};
  for (const Offer& offer : *offers) {
    const bool is_meant = std::ranges::all_of(
        options.words, [&](const std::string& word) { return has_word(offer, word); });
    if (!is_meant) continue;
    found.push_back(offer_json(offer));
    const extensions::Specification& own = offer.specification;
    rows.push_back(
        {own.name, to_string(own.version), std::string(to_string(own.type)), own.summary});
  }
  return print_answer({{"extensions", found}}, found.empty()
                                                   ? "no extension that comes with Muster has all "
                                                     "of these words"
                                                   : trim(render_table(rows)));
}

/// The package that comes with Muster in place of an installed extension; none: there is none that
/// is newer. Errors (conflict): what is installed is somebody else's.
Result<const Offer*> find_newer(const std::vector<Offer>& offers, const extensions::Grant& there) {
  const auto offer = std::ranges::find(offers, there.name,
                                       [](const Offer& one) { return one.specification.name; });
  if (offer == offers.end() || there.signer != package::to_string(package::Signer{})) {
    return fail(ErrorKind::conflict,
                std::format("extension '{}' does not come with Muster", there.name),
                "'muster ext install FILE' installs another version of it");
  }
  return offer->specification.version > there.version ? &*offer : nullptr;
}

/// Those of `offers` that are newer than what is installed. `names`: which are meant; empty: all
/// that come with Muster. Errors (absent): one of the names is not installed; as find_newer.
Result<std::vector<Offer>> find_all_newer(const std::vector<Offer>& offers,
                                          const std::vector<std::string>& names) {
  std::vector<Offer> newer;
  TRY_ASSIGN(const extensions::Inventory inventory, extensions::read_inventory(extensions::kStore));
  for (const extensions::Installed& each : inventory.installed) {
    const bool is_named = std::ranges::contains(names, each.grant.name);
    if (!names.empty() && !is_named) continue;
    const auto offer = find_newer(offers, each.grant);
    if (!offer && is_named) return std::unexpected(offer.error());
    if (offer && *offer != nullptr) newer.push_back(**offer);
  }
  for (const std::string& name : names) {
    if (const auto bad = inventory.damaged.find(name); bad != inventory.damaged.end()) {
      return std::unexpected(bad->second);
    }
    const bool is_there = std::ranges::contains(
        inventory.installed, name, [](const extensions::Installed& one) { return one.grant.name; });
    if (!is_there) return std::unexpected(extensions::no_extension(name));
  }
  return newer;
}

int upgrade(const CatalogueOptions& options) {
  if (const auto refused = refuse_others()) return report(*refused);
  const auto offers = read_shipped();
  if (!offers) return report(offers.error());
  const auto newer = find_all_newer(*offers, options.words);
  if (!newer) return report(newer.error(), kUsage);
  if (newer->empty()) {
    return print_answer({}, "nothing to do: what comes with Muster is no newer");
  }
  os::PosixCommandRunner runner;
  std::vector<CheckedPackage> packages;
  int status = kDone;
  // One that fails, or is not wanted, keeps no other from being installed.
  for (const Offer& offer : *newer) {
    auto package = check_package(runner, offer.file, {}, Unsigned::refused);
    if (!package) {
      status = report(package.error(), offer.file);
    } else if (const auto stop = stop_before(deed_of(*package), options.confirm)) {
      status = *stop == kDone ? status : *stop;
    } else {
      packages.push_back(std::move(*package));
    }
  }
  const int installed = install_in_order(runner, std::move(packages));
  return installed == kDone ? status : installed;
}

}  // namespace

void add_ext_catalogue(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<CatalogueOptions>();
  CLI::App& search_verb = *noun.add_subcommand("search", "the extensions that come with Muster");
  search_verb.add_option("words", options->words, "words that name or text must have")
      ->type_name(value::kWord);
  add_json(search_verb);
  on_run(search_verb, session, [options] { return search(*options); });
  CLI::App& upgrade_verb =
      *noun.add_subcommand("upgrade", "installs newer versions that come with Muster");
  upgrade_verb.add_option("extension", options->words, "which; without one, all")
      ->type_name(value::kExtension);
  options->confirm.add_to(upgrade_verb);
  on_run_at_head(upgrade_verb, session, [options] { return upgrade(*options); });
}

}  // namespace muster::cli
