#pragma once
// A source of users and groups behind the machine's files, as a directory service is one
// (nsswitch.conf(5)): it fails, or knows one user.

#include <cstdint>
#include <nss.h>
#include <string>

namespace muster::nss {

/// While it lives, this process asks the files and then this source. One at a time.
class NameSource {
 public:
  /// `error`: the errno that a failure leaves; 0: none is set.
  explicit NameSource(nss_status status, int error = 0);
  NameSource(const NameSource&) = delete;
  NameSource& operator=(const NameSource&) = delete;
  ~NameSource();
};

/// Whom the source knows when its status is NSS_STATUS_SUCCESS, and the group of the same name and
/// number.
inline constexpr const char* kListedName = "listed-elsewhere";
inline constexpr std::uint32_t kListedNumber = 123456;
/// The full name is longer than a buffer usually is.
inline constexpr std::size_t kLengthOfFullName = 100'000;

}  // namespace muster::nss
