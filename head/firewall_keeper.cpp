#include "head/firewall_keeper.h"

#include <format>
#include <utility>

#include "core/base/text.h"

namespace muster::head {
namespace {

constexpr std::chrono::seconds kPatience{5};

/// A line of 'nft list tables' (nft(8)).
constexpr std::string_view kTable = "table inet muster";

}  // namespace

Result<std::string> FirewallKeeper::read_table() {
  TRY_ASSIGN(const os::CommandResult listed,
             runner_.run({.argv = {"nft", "--stateless", "list", "table", "inet", "muster"},
                          .timeout = kPatience}));
  if (listed.status == 0) return listed.out;
  // Whether there is none, or nft fails.
  TRY_ASSIGN(const std::string tables,
             run_checked(runner_, {.argv = {"nft", "list", "tables"}, .timeout = kPatience}));
  for (const std::string& line : lines(tables)) {
    if (trim(line) == kTable) {
      return fail(std::format("nft cannot show the firewall: {}", printable(trim(listed.err), 200)),
                  "run 'nft list table inet muster'");
    }
  }
  return std::string();
}

Result<bool> FirewallKeeper::keep() {
  TRY_ASSIGN(std::string now, read_table());
  if (now == made_) return false;
  made_.reset();
  std::error_code error;
  if (!std::filesystem::exists(rules_, error)) return false;
  TRY(run_checked(runner_, {.argv = {"nft", "--file", rules_.string()}, .timeout = kPatience}));
  if (!found_) found_ = std::move(now);
  TRY_ASSIGN(made_, read_table());
  return *std::exchange(found_, std::nullopt) != *made_;
}

}  // namespace muster::head
