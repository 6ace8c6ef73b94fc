#pragma once
// The nodes as readers see them, and what of them concerns DHCP, names, Slurm and plans. Not for
// several threads: the ledger guards it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "provisioning/directory.h"
#include "provisioning/member.h"

namespace muster::provisioning {

/// The DHCP server starts anew for a lost address, at most this often: a machine that reports other
/// cards all the time must not keep it from serving.
inline constexpr std::int64_t kBetweenLossesMs = 3'000;

/// Between two changes of one node's accelerators in the scheduler's configuration.
inline constexpr std::int64_t kBetweenCardsMs = 60'000;

class Published {
 public:
  /// Readers see the node like this from now on; null: no more.
  void show(const std::string& id, const std::shared_ptr<const Node>& node, Now now);

  /// Shows what waited for its time.
  void pass_time(Now now);

  /// Null: readers do not see it.
  std::shared_ptr<const Node> find(const std::string& id) const;
  /// By what readers find nodes.
  const Directory& directory() const { return directory_; }

  /// Grows with every change that DHCP, names, Slurm or a plan can see. That a node became ready
  /// is seen by none of them, nor is anything of a machine without a name.
  std::uint64_t generation() const { return generation_; }

  /// When a machine last lost an address: its node was removed, or has other network cards. 0: not
  /// yet. Units: milliseconds since 1970.
  std::int64_t address_lost_ms() const { return address_lost_ms_; }

 private:
  /// Every change of one node's cards is one of the scheduler's configuration, for all nodes: a
  /// node has one each minute, however often its list changes.
  struct CardPace {
    std::optional<std::int64_t> passed_on_ms = {};
    bool waits = false;
  };

  void forget_cards(const std::string& id);
  void pass_on(CardPace& pace, Now now);
  void lose_address(Now now);

  void index(const Node* before, const Node* after);

  std::map<std::string, std::shared_ptr<const Node>> nodes_;
  Directory directory_;
  std::map<std::string, CardPace> card_pace_;
  std::uint64_t generation_ = 1;
  std::int64_t address_lost_ms_ = 0;
  std::optional<std::int64_t> last_loss_ms_;
  bool address_loss_waits_ = false;
};

}  // namespace muster::provisioning
