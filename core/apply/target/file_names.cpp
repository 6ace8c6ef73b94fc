#include "core/apply/target/file_names.h"

#include "core/apply/account_files.h"

namespace muster::apply {
namespace {

/// The first user of the files who is the one.
template <typename Is>
Result<std::optional<os::User>> find_account(const Files& files, Is is_the_one) {
  TRY_ASSIGN(const std::string text, files.read("/etc/passwd", Links::follow));
  for (const auto& [name, account] : parse_passwd(text)) {
    if (!is_the_one(name, account.uid)) continue;
    return os::User{.name = name,
                    .uid = account.uid,
                    .gid = account.gid,
                    .full_name = account.full_name,
                    .home = account.home,
                    .shell = account.shell};
  }
  return std::nullopt;
}

template <typename Is>
Result<std::optional<os::Group>> find_entry(const Files& files, Is is_the_one) {
  TRY_ASSIGN(const std::string text, files.read("/etc/group", Links::follow));
  for (const auto& [name, gid] : parse_group(text)) {
    if (is_the_one(name, gid)) return os::Group{.name = name, .gid = gid};
  }
  return std::nullopt;
}

auto is_named(const std::string& wanted) {
  return [&wanted](const std::string& name, std::uint32_t) { return name == wanted; };
}

auto has_number(std::uint32_t wanted) {
  return [wanted](const std::string&, std::uint32_t number) { return number == wanted; };
}

}  // namespace

Result<std::optional<os::User>> FileNames::find_user(const std::string& name) {
  return find_account(files_, is_named(name));
}

Result<std::optional<os::User>> FileNames::find_user(std::uint32_t uid) {
  return find_account(files_, has_number(uid));
}

Result<std::optional<os::Group>> FileNames::find_group(const std::string& name) {
  return find_entry(files_, is_named(name));
}

Result<std::optional<os::Group>> FileNames::find_group(std::uint32_t gid) {
  return find_entry(files_, has_number(gid));
}

}  // namespace muster::apply
