#include "apps/muster/ext_deed.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "extensions/store.h"

namespace muster::cli {
namespace {

std::string_view place_words(extensions::Place place) {
  return place == extensions::Place::head ? "ON THIS HEAD, as root" : "on every node";
}

/// What is on the head comes first.
std::string rights_words(const extensions::Specification& specification) {
  std::string words;
  std::vector<extensions::Right> rights = specification.rights;
  std::ranges::stable_partition(rights, [](const extensions::Right& right) {
    return right.place == extensions::Place::head;
  });
  for (const extensions::Right& right : rights) {
    std::vector<std::string> deeds;
    if (!right.files.empty()) deeds.push_back("writes " + join(right.files, ", "));
    if (!right.directories.empty()) {
      deeds.push_back("owns all in " + join(right.directories, ", "));
    }
    if (!right.units.empty()) deeds.push_back("runs " + join(right.units, ", "));
    if (!right.commands.empty()) {
      deeds.push_back("runs " + join(right.commands, ", ") + " with any arguments, as root,");
    }
    if (!right.scheduler.empty()) {
      deeds.push_back("sets " + join(right.scheduler, ", ") + " of slurm.conf");
    }
    if (!right.packages.empty()) {
      deeds.push_back("needs the Debian packages " + join(right.packages, ", "));
    }
    words += std::format("{}{} {} ({})", words.empty() ? "it " : "; it ", join(deeds, " and "),
                         place_words(right.place), right.reason);
  }
  return words.empty() ? "it changes nothing by itself" : words;
}

}  // namespace

Deed deed_of(const CheckedPackage& package) {
  const extensions::Specification& wanted = package.specification;
  const std::string version = to_string(wanted.version);
  const auto before = extensions::read_installed(extensions::kStore, wanted.name);
  const std::string what = before ? std::format("replace extension {} {} by {}", wanted.name,
                                                to_string(before->grant.version), version)
                                  : std::format("install extension {} {}", wanted.name, version);
  return {.what = std::format("{}, {}", what, signer_words(package.signer)),
          .consequence = rights_words(wanted),
          .answer = {{"name", wanted.name}, {"version", version}}};
}

}  // namespace muster::cli
