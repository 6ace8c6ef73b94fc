#pragma once
// Keeps the firewall's table as Muster wrote it: 'nft flush ruleset', or the start of another
// firewall program, takes every table away.

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/os/command.h"

namespace muster::head {

class FirewallKeeper {
 public:
  /// Keeps a reference to `runner`. `rules` is what set_networks wrote; without this file no table
  /// is expected.
  FirewallKeeper(os::CommandRunner& runner, std::filesystem::path rules)
      : runner_(runner), rules_(std::move(rules)) {}

  /// Looks at the table, and loads the rules when it is another than these made, or when nobody
  /// looked before: what is there at the first look may be changed already. Returns whether the
  /// table was another. Errors: nft fails or takes longer than five seconds; call it again.
  Result<bool> keep();

  /// The rules were written anew: the next look is the first one.
  void forget() {
    made_.reset();
    found_.reset();
  }

 private:
  /// The table as nft prints it; empty when there is none.
  Result<std::string> read_table();

  os::CommandRunner& runner_;
  std::filesystem::path rules_;
  /// The table that the rules made.
  std::optional<std::string> made_;
  /// What was there before the rules were loaded, until it is known what they made.
  std::optional<std::string> found_;
};

}  // namespace muster::head
