#pragma once
// The people of the cluster: those of cluster.yaml, and what administrators changed since.

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/decisions.h"
#include "control/pending_writes.h"
#include "core/spec/cluster_spec.h"
#include "hpc/users.h"
#include "plans/preview.h"

namespace muster::control {

/// Threads: every function but `load` may be called from several threads.
class People {
 public:
  /// Both must outlive this object.
  People(Decisions& decisions, const spec::ClusterSpec& spec)
      : decisions_(decisions), spec_(spec) {}

  /// Whom the plan that the head published last has. Errors: nobody knows.
  using ReadLast = std::function<Result<hpc::UserTable>()>;
  /// Reads whom the store has, and takes over whom cluster.yaml names. Adds to `lost` what cannot
  /// be read.
  void load(const ReadLast& read_last, PendingWrites& pending, std::vector<Error>& lost);

  hpc::UserTable users() const;

  struct Changed {
    hpc::ClusterUser user;
    /// The transaction; Publisher::applied reaches it when the helper has tried to make it true.
    state::Revision revision = 0;
  };
  /// Errors: as hpc::UserTable::add; the stored users cannot be read, and are not overwritten.
  Result<Changed> add(const spec::User& wanted);
  /// Errors: as hpc::UserTable::change; as add.
  Result<Changed> change(const spec::User& wanted, hpc::UserTable::NoKeys none);
  /// Errors: as hpc::UserTable::remove; as add.
  Status remove(const std::string& name);
  /// People whom an earlier cluster.yaml named and this one does not, and who have an account.
  std::vector<std::string> leavers() const;

  struct Left {
    std::vector<std::string> names;
    /// Changed::revision; 0: nobody left.
    state::Revision revision = 0;
  };
  /// Takes the leavers' accounts away; a cluster.yaml that names them brings them back. Errors: as
  /// remove.
  Result<Left> let_leavers_go();

  /// Puts stored users aside that cannot be read: the cluster has those whom machines have, and the
  /// numbers of users who left are not known any more. Errors (conflict): they can be read; they
  /// are a newer version's; nobody knows whom machines have.
  Status rebuild();

  /// What was taken over from cluster.yaml.
  plans::Digests taken_over() const;
  /// Why somebody of cluster.yaml's people is not one of the cluster's, or has another number.
  std::vector<Error> refused() const;
  /// Which entries of the stored users cannot be read, what that means, and what to do.
  std::vector<Error> damaged() const;

 private:
  std::optional<Error> trouble() const;
  void load_taken_over(std::vector<Error>& lost);
  Status take_spec_users();
  Result<state::Revision> save_with_digests(plans::SpecUsers wanted, const std::string& what,
                                            const std::string& name);
  bool take_over(const std::string& name, plans::Digests& known, state::Transaction& transaction);
  Result<state::Transaction> transaction_of(const hpc::UserTable& table, const std::string& what,
                                            const std::string& name);
  Result<state::Revision> save(hpc::UserTable table, const std::string& what,
                               const std::string& name);
  void use(hpc::UserTable table, state::Revision revision);

  Decisions& decisions_;
  const spec::ClusterSpec& spec_;

  /// Guards what follows. Nobody waits for the disk with it.
  mutable std::mutex mutex_;
  hpc::UserTable table_;
  /// Why the stored users cannot be read at all.
  std::optional<Error> trouble_;
  /// What was taken over from cluster.yaml, and whether the store has it.
  plans::Digests taken_over_;
  bool taken_over_is_stored_ = true;
  std::vector<Error> refused_;
};

/// Whom a published plan of the head names, `text`. Errors: it is no such plan; it is that of
/// another cluster, whose head this was before a backup was restored here: its key of Slurm is
/// another.
Result<hpc::UserTable> people_of_plan(std::string_view text, std::string_view slurm_key);

}  // namespace muster::control
