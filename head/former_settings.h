#pragma once
// What a server had before it was a head, kept in /etc/muster for the day when it is none any more
// (debian/musterd.postrm puts it back). A live head has nothing to keep.

#include <string>

#include "core/base/result.h"
#include "core/base/units.h"

namespace muster::head {

/// The name servers of a machine that had some: the head's own server asks them for names beyond
/// the cluster. Kept, since /etc/resolv.conf becomes the cluster's, and anew whenever others stand
/// there again; the path, empty when there are none. `own`: the head's address.
Result<std::string> keep_resolvers(Ipv4Address own);

/// Settings of other packages that the head's plan replaces; once.
Status keep_settings();

}  // namespace muster::head
