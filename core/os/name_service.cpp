#include "core/os/name_service.h"

#include <cerrno>
#include <cstring>
#include <format>
#include <grp.h>
#include <pwd.h>
#include <string_view>
#include <vector>

#include "core/base/text.h"

namespace muster::os {
namespace {

constexpr std::size_t kFirstBuffer = 1024;
/// A group with a million members fits.
constexpr std::size_t kLargestBuffer = 64U << 20;

std::string text_of(const char* field) { return field == nullptr ? "" : field; }

User copy_of(const passwd& entry) {
  return {.name = text_of(entry.pw_name),
          .uid = entry.pw_uid,
          .gid = entry.pw_gid,
          .full_name = text_of(entry.pw_gecos),
          .home = text_of(entry.pw_dir),
          .shell = text_of(entry.pw_shell)};
}

Group copy_of(const group& entry) { return {.name = text_of(entry.gr_name), .gid = entry.gr_gid}; }

/// One of glibc's functions, which finds an entry by its name or its number.
template <typename Key, typename Entry>
using Lookup = int (*)(Key key, Entry* entry, char* buffer, std::size_t size, Entry** found);

/// `what`: "user 'ada'".
template <typename Found, typename Key, typename Entry>
Result<std::optional<Found>> look_up(std::string_view what, Lookup<Key, Entry> ask, Key key) {
  std::vector<char> buffer(kFirstBuffer);
  while (true) {
    Entry entry{};
    Entry* found = nullptr;
    // What glibc returns for a source that fails without a reason.
    errno = EAGAIN;
    const int error = ask(key, &entry, buffer.data(), buffer.size(), &found);
    // glibc returns 0 when the last source answered, whether it has the name or not, and the errno
    // of a source that failed (nss/getXXbyYY_r.c). That errno may be ENOENT, which getpwnam(3)
    // lists as "not found": nslcd and SSSD leave it when their daemon does not run.
    if (error == 0 && found == nullptr) return std::nullopt;
    if (error == 0) return copy_of(*found);
    if (error == EINTR) continue;
    if (error == ERANGE && buffer.size() < kLargestBuffer) {
      buffer.resize(buffer.size() * 4);
      continue;
    }
    return fail(std::format("cannot look up {}: a source in '/etc/nsswitch.conf' failed: {}", what,
                            std::strerror(error)),
                "start that directory service again, or take it out of the file");
  }
}

/// A name that the functions would read as a shorter one.
bool is_cut(const std::string& name) { return name.contains('\0'); }

}  // namespace

Result<std::optional<User>> find_user(const std::string& name) {
  if (is_cut(name)) return std::nullopt;
  return look_up<User>(std::format("user '{}'", printable(name)), &getpwnam_r, name.c_str());
}

Result<std::optional<User>> find_user(std::uint32_t uid) {
  return look_up<User>(std::format("the user with number {}", uid), &getpwuid_r, uid);
}

Result<std::optional<Group>> find_group(const std::string& name) {
  if (is_cut(name)) return std::nullopt;
  return look_up<Group>(std::format("group '{}'", printable(name)), &getgrnam_r, name.c_str());
}

Result<std::optional<Group>> find_group(std::uint32_t gid) {
  return look_up<Group>(std::format("the group with number {}", gid), &getgrgid_r, gid);
}

}  // namespace muster::os
