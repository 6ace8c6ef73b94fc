#include "extensions/dependencies.h"

#include <algorithm>
#include <format>

namespace muster::extensions {
namespace {

const Specification* find_extension(const std::vector<Specification>& all,
                                    const std::string& name) {
  const auto found = std::ranges::find(all, name, &Specification::name);
  return found == all.end() ? nullptr : &*found;
}

Status check_required(const Specification& own, const OtherExtension& other,
                      const std::vector<Specification>& all) {
  const Specification* const there = find_extension(all, other.name);
  if (there != nullptr && other.versions.has(there->version)) return {};
  const std::string wanted = other.versions.bounds.empty()
                                 ? std::string()
                                 : std::format(" in a version {}", to_string(other.versions));
  return fail(
      ErrorKind::conflict,
      std::format(
          "'{}' requires the extension '{}'{}, and {}", title(own), other.name, wanted,
          there == nullptr ? "it is not installed" : "that is " + to_string(there->version)),
      std::format("install such a version of '{}' first, or remove '{}' first", other.name,
                  own.name));
}

Status check_conflict(const Specification& own, const OtherExtension& other,
                      const std::vector<Specification>& all) {
  const Specification* const there = find_extension(all, other.name);
  if (there == nullptr || !other.versions.has(there->version)) return {};
  return fail(ErrorKind::conflict,
              std::format("'{}' cannot be there beside '{}'", title(own), title(*there)),
              std::format("remove '{}' or '{}' first", own.name, other.name));
}

}  // namespace

namespace {

/// What one says of another: errors of others among themselves are older than this question.
Status check_about(const Specification& own, const std::string& name,
                   const std::vector<Specification>& all) {
  for (const OtherExtension& other : own.requirements) {
    if (other.name == name) TRY(check_required(own, other, all));
  }
  for (const OtherExtension& other : own.conflicts) {
    if (other.name == name) TRY(check_conflict(own, other, all));
  }
  return {};
}

}  // namespace

Status check_together(const Specification& wanted, std::vector<Specification> others) {
  others.push_back(wanted);
  for (const OtherExtension& other : wanted.requirements) {
    TRY(check_required(wanted, other, others));
  }
  for (const OtherExtension& other : wanted.conflicts) TRY(check_conflict(wanted, other, others));
  for (const Specification& other : others) TRY(check_about(other, wanted.name, others));
  return {};
}

}  // namespace muster::extensions
