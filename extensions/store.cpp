#include "extensions/store.h"

#include <algorithm>
#include <format>

#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "core/spec/rules.h"

namespace muster::extensions {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_use(const std::string& name, Error why) {
  auto error = wrap(std::format("extension '{}'", name), std::move(why));
  error.error().hint = std::format("install it again, or 'muster ext remove {}'", name);
  return error;
}

}  // namespace

fs::path grant_of(const fs::path& store, const std::string& name) {
  return store / name / kGrantFile;
}

std::string unit_of(const std::string& name, std::string_view kind) {
  return std::format("muster-extension@{}.{}", name, kind);
}

Error no_extension(std::string_view name) {
  return {.message = std::format("there is no extension '{}'", printable(name, 80)),
          .hint = "'muster ext list' shows those that are installed",
          .kind = ErrorKind::absent};
}

std::string Grant::directory() const {
  return std::format("{}-{}-{:x}", to_string(version), specification.substr(0, 8), at_ms);
}

Result<Installed> read_installed(const fs::path& store, const std::string& name) {
  if (!spec::is_name(name) || os::is_missing(grant_of(store, name))) {
    return std::unexpected(no_extension(name));
  }
  const auto grant_text = os::read_file(grant_of(store, name), spec::kMaxFileSize);
  if (!grant_text) return cannot_use(name, grant_text.error());
  auto grant = parse_grant(*grant_text);
  if (!grant) return cannot_use(name, grant.error());
  const fs::path directory = store / name / grant->directory();
  const auto text = os::read_file(directory / kSpecificationFile, spec::kMaxFileSize);
  if (!text) return cannot_use(name, text.error());
  ParseOutcome outcome = parse_specification(*text, name, Form::package);
  const bool is_granted = grant->name == name && crypto::sha256(*text) == grant->specification;
  if (!outcome.specification || !is_granted) {
    return cannot_use(name, {.message = "its specification is not what was installed"});
  }
  return Installed{.grant = std::move(*grant),
                   .specification = std::move(*outcome.specification),
                   .content = directory / kContentDirectory};
}

Result<Inventory> read_inventory(const fs::path& store) {
  Inventory inventory;
  TRY_ASSIGN(const std::vector<std::string> names, os::list_directory(store));
  for (const std::string& name : names) {
    if (!spec::is_name(name) || os::is_missing(grant_of(store, name))) continue;
    auto installed = read_installed(store, name);
    if (installed) {
      inventory.installed.push_back(std::move(*installed));
    } else {
      inventory.damaged.emplace(name, installed.error());
    }
  }
  return inventory;
}

namespace {

/// Whether both are one file, or one would have to be a directory for the other.
bool exclude_each_other(std::string_view one, std::string_view other) {
  return one == other || is_below(one, other) || is_below(other, one);
}

/// The file of a grant that stands in the way of this one; empty: none does.
std::string find_clash(const Grant& grant, Place place, std::string_view file) {
  for (const Right& right : grant.rights) {
    if (right.place != place) continue;
    for (const std::string& own : right.files) {
      if (exclude_each_other(own, file)) return own;
    }
  }
  return {};
}

}  // namespace

Status check_rights(const Specification& wanted, const std::vector<Installed>& installed) {
  for (const Installed& other : installed) {
    if (other.grant.name == wanted.name) continue;
    for (const Right& right : wanted.rights) {
      for (const std::string& file : right.files) {
        const std::string clash = find_clash(other.grant, right.place, file);
        if (clash.empty()) continue;
        return fail(ErrorKind::conflict,
                    std::format("'{}' asks for {} on {}s, and {} belongs to '{}'", wanted.name,
                                file, to_string(right.place), clash, other.grant.name),
                    std::format("'muster ext remove {}' first", other.grant.name));
      }
    }
  }
  return {};
}

const Right* find_right(const Grant& grant, Place place, std::string_view file) {
  const auto found = std::ranges::find_if(grant.rights, [&](const Right& right) {
    return right.place == place && std::ranges::contains(right.files, file);
  });
  return found == grant.rights.end() ? nullptr : &*found;
}

}  // namespace muster::extensions
