#include "extensions/store.h"

#include <algorithm>
#include <format>

#include "core/base/mounts.h"
#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/spec/reader.h"
#include "core/spec/rules.h"
#include "extensions/unit_file.h"

namespace muster::extensions {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_use(const std::string& name, Error why) {
  auto error = wrap(std::format("extension '{}'", name), std::move(why));
  error.error().hint = std::format("install it again, or 'muster ext remove {}'", name);
  return error;
}

}  // namespace

fs::path data_of(const std::string& name) { return fs::path(layout::kExtensionData) / name; }

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

/// Whether both are one path, or one lies below the other.
bool exclude_each_other(std::string_view one, std::string_view other) {
  return one == other || is_below(one, other) || is_below(other, one);
}

std::vector<std::string> paths_of(const Right& right) {
  std::vector<std::string> paths = right.files;
  paths.insert(paths.end(), right.directories.begin(), right.directories.end());
  return paths;
}

/// What of a right stands in the way of another one.
struct Clash {
  std::string wanted;
  std::string owned;
};

std::optional<Clash> find_clash(const Right& owned, const Right& wanted) {
  if (owned.place != wanted.place) return std::nullopt;
  for (const std::string& own : paths_of(owned)) {
    for (const std::string& path : paths_of(wanted)) {
      if (exclude_each_other(own, path)) return Clash{.wanted = path, .owned = own};
    }
  }
  for (const std::string& unit : wanted.units) {
    if (std::ranges::contains(owned.units, unit)) return Clash{.wanted = unit, .owned = unit};
  }
  for (const std::string& key : wanted.scheduler) {
    if (std::ranges::contains(owned.scheduler, key)) return Clash{.wanted = key, .owned = key};
  }
  return std::nullopt;
}

Status check_right(const Specification& wanted, const Right& right, const Grant& other) {
  for (const Right& owned : other.rights) {
    const auto clash = find_clash(owned, right);
    if (!clash) continue;
    return fail(ErrorKind::conflict,
                std::format("'{}' asks for {} on {}s, and {} belongs to '{}'", wanted.name,
                            clash->wanted, to_string(right.place), clash->owned, other.name),
                std::format("'muster ext remove {}' first", other.name));
  }
  return {};
}

/// Whether there is a right in this place that has what is asked for.
bool has_right(const Grant& grant, Place place, const auto& has) {
  return std::ranges::any_of(
      grant.rights, [&](const Right& right) { return right.place == place && has(right); });
}

bool is_in(const Right& right, std::string_view path) {
  return std::ranges::any_of(right.directories,
                             [&](const std::string& own) { return is_below(path, own); });
}

}  // namespace

Status check_rights(const Specification& wanted, const std::vector<Installed>& installed) {
  for (const Installed& other : installed) {
    if (other.grant.name == wanted.name) continue;
    for (const Right& right : wanted.rights) TRY(check_right(wanted, right, other.grant));
  }
  return {};
}

bool may_write(const Grant& grant, Place place, std::string_view file) {
  return has_right(grant, place, [&](const Right& right) {
    const bool is_of_unit = std::ranges::any_of(
        right.units, [&](const std::string& unit) { return unit_path(unit) == file; });
    return is_of_unit || std::ranges::contains(right.files, file) || is_in(right, file);
  });
}

bool may_make(const Grant& grant, Place place, std::string_view directory) {
  return has_right(grant, place, [&](const Right& right) {
    return std::ranges::contains(right.directories, directory) || is_in(right, directory);
  });
}

bool may_command(const Grant& grant, std::string_view program) {
  return has_right(grant, Place::node, [&](const Right& right) {
    return std::ranges::contains(right.commands, program);
  });
}

bool may_schedule(const Grant& grant, std::string_view key) {
  return has_right(grant, Place::head,
                   [&](const Right& right) { return std::ranges::contains(right.scheduler, key); });
}

bool may_run(const Grant& grant, Place place, std::string_view unit) {
  return has_right(grant, place,
                   [&](const Right& right) { return std::ranges::contains(right.units, unit); });
}

}  // namespace muster::extensions
