#pragma once
// What a tree that others get must not have: keys and passwords, and names and logins of the
// network in which it was built. Every node fetches its layers from the head without a proof, and
// an ISO goes from hand to hand.

#include <string>
#include <string_view>
#include <vector>

#include "iso/inspect/finding.h"
#include "iso/inspect/tree.h"

namespace muster::inspect {

/// Files that each machine makes for itself: SSH host keys, the keys of munge and Slurm,
/// machine-id, random seeds, logins of apt. One finding for each that is there with something in
/// it.
std::vector<Finding> find_secret_files(const std::vector<TreeEntry>& entries);

/// Keys and names that a package of the site's choice made when it was installed (ssl-cert makes a
/// key for PostgreSQL or Postfix). The package may not work without, so they are worth a look only.
std::vector<Finding> find_shared_keys(const std::vector<TreeEntry>& entries);

/// Whether the text of a file is looked at: apt's settings, passwd(5), shadow(5), gshadow(5),
/// resolv.conf(5).
bool is_text_of_interest(const TreeEntry& entry);

/// What is wrong with the text of one of them: logins, passwords, name servers.
std::vector<Finding> find_secrets(const std::string& path, std::string_view text);

/// Addresses in the text of one of them that begin like none of `archives`. They may be those of
/// the network in which the tree was made, or of a package that brings an archive of its own.
std::vector<Finding> find_other_archives(const std::string& path, std::string_view text,
                                         const std::vector<std::string>& archives);

}  // namespace muster::inspect
