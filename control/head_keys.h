#pragma once
// The head's keys and certificates: made once, kept while they are good, and made anew in memory
// when the disk does not take or give them.

#include <memory>
#include <string>
#include <vector>

#include "control/pending_writes.h"
#include "control/settings.h"
#include "core/spec/cluster_spec.h"
#include "head/facts.h"
#include "provisioning/authority.h"
#include "provisioning/registry.h"
#include "provisioning/ssh_authority.h"

namespace muster::control {

/// Threads: nothing changes once they are loaded.
class HeadKeys {
 public:
  /// Of what keys are made, and where they are. All must outlive this object.
  struct Sources {
    const Settings& settings;
    const spec::ClusterSpec& spec;
    const head::Facts& facts;
    /// Whether nodes depend on the authority.
    const provisioning::Registry& registry;
  };
  HeadKeys(Sources sources, PendingWrites& pending) : sources_(sources), pending_(pending) {}

  /// Adds to `lost` what cannot be read. Errors: no authority, and no place for one.
  Status load(std::vector<Error>& lost);

  const provisioning::Authority& authority() const { return *authority_; }
  const provisioning::SshAuthority& ssh_authority() const { return *ssh_authority_; }
  /// Content of /etc/slurm/slurm.key.
  const std::string& slurm_key() const { return slurm_key_; }
  /// Of the head's own host key; empty: it has none.
  const std::string& ssh_certificate() const { return ssh_certificate_; }

 private:
  Status load_authority();
  Status write_server_identity() const;
  void load_slurm_key(std::vector<Error>& lost);
  Status load_ssh_authority(std::vector<Error>& lost);
  void certify_host_key(std::vector<Error>& lost);

  Sources sources_;
  PendingWrites& pending_;
  std::unique_ptr<provisioning::Authority> authority_;
  std::unique_ptr<provisioning::SshAuthority> ssh_authority_;
  std::string slurm_key_;
  std::string ssh_certificate_;
};

}  // namespace muster::control
