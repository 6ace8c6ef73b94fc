#include "tests/nss/name_source.h"

#include <cerrno>
#include <cstring>
#include <grp.h>
#include <pwd.h>
#include <string_view>

namespace muster::nss {
namespace {

nss_status answered = NSS_STATUS_NOTFOUND;
int left_error = 0;

bool is_listed(std::string_view name) { return name == kListedName; }
bool is_listed(std::uint32_t number) { return number == kListedNumber; }

/// Copies a text into the caller's buffer; null when it does not fit.
char* keep(std::string_view text, char*& place, std::size_t& left) {
  if (text.size() + 1 > left) return nullptr;
  char* const kept = place;
  std::memcpy(kept, text.data(), text.size());
  kept[text.size()] = '\0';
  place += text.size() + 1;
  left -= text.size() + 1;
  return kept;
}

nss_status too_small(int* error) {
  *error = ERANGE;
  return NSS_STATUS_TRYAGAIN;
}

/// What the source says of a name or number; success: it lists it.
template <typename Key>
nss_status answer(Key key, int* error) {
  if (answered == NSS_STATUS_SUCCESS) {
    return is_listed(key) ? NSS_STATUS_SUCCESS : NSS_STATUS_NOTFOUND;
  }
  if (left_error != 0) *error = left_error;
  return answered;
}

template <typename Key>
nss_status find(Key key, passwd* user, char* buffer, std::size_t size, int* error) {
  if (const nss_status status = answer(key, error); status != NSS_STATUS_SUCCESS) return status;
  char* const name = keep(kListedName, buffer, size);
  char* const full_name = keep(std::string(kLengthOfFullName, 'x'), buffer, size);
  if (name == nullptr || full_name == nullptr) return too_small(error);
  *user = {.pw_name = name,
           .pw_passwd = name,
           .pw_uid = kListedNumber,
           .pw_gid = kListedNumber,
           .pw_gecos = full_name,
           .pw_dir = name,
           .pw_shell = name};
  return NSS_STATUS_SUCCESS;
}

template <typename Key>
nss_status find(Key key, group* found, char* buffer, std::size_t size, int* error) {
  if (const nss_status status = answer(key, error); status != NSS_STATUS_SUCCESS) return status;
  static char* no_members[] = {nullptr};
  char* const name = keep(kListedName, buffer, size);
  if (name == nullptr) return too_small(error);
  *found = {.gr_name = name, .gr_passwd = name, .gr_gid = kListedNumber, .gr_mem = no_members};
  return NSS_STATUS_SUCCESS;
}

}  // namespace

NameSource::NameSource(nss_status status, int error) {
  answered = status;
  left_error = error;
  __nss_configure_lookup("passwd", "files mustertest");
  __nss_configure_lookup("group", "files mustertest");
}

NameSource::~NameSource() {
  __nss_configure_lookup("passwd", "files");
  __nss_configure_lookup("group", "files");
}

}  // namespace muster::nss

// The names that glibc looks for in a source's library (nss/function.def in its source).
extern "C" {

nss_status _nss_mustertest_getpwnam_r(const char* name, passwd* user, char* buffer,
                                      std::size_t size, int* error) {
  return muster::nss::find(std::string_view(name), user, buffer, size, error);
}

nss_status _nss_mustertest_getpwuid_r(uid_t uid, passwd* user, char* buffer, std::size_t size,
                                      int* error) {
  return muster::nss::find(std::uint32_t{uid}, user, buffer, size, error);
}

nss_status _nss_mustertest_getgrnam_r(const char* name, group* found, char* buffer,
                                      std::size_t size, int* error) {
  return muster::nss::find(std::string_view(name), found, buffer, size, error);
}

nss_status _nss_mustertest_getgrgid_r(gid_t gid, group* found, char* buffer, std::size_t size,
                                      int* error) {
  return muster::nss::find(std::uint32_t{gid}, found, buffer, size, error);
}
}
