#pragma once
// What the head decided about this machine, as it is kept between initrd and system.

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "provisioning/protocol.h"

namespace muster::agent {

struct Invitation {
  /// The head's address.
  std::string head;
  /// What it answered. The authority in it is believed only when its hash is the token's.
  provisioning::BootAnswer boot;
  bool operator==(const Invitation&) const = default;
};

/// The text of /run/muster/boot.json: the head's answer and its address.
std::string render_invitation(const Invitation& invitation);
/// Errors (ErrorKind::invalid): the text is damaged.
Result<Invitation> parse_invitation(std::string_view text);

}  // namespace muster::agent
