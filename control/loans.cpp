#include "control/loans.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"

namespace muster::control {
namespace {

/// More are not read by anybody.
constexpr std::size_t kMostNamed = 5;

std::string describe(const Lease& lease) {
  const std::string name = lease.name.empty() ? "" : std::format(" '{}'", lease.name);
  return std::format("{}{} ({})", to_string(lease.mac), name, to_string(lease.address));
}

std::string describe(const std::vector<Lease>& leases) {
  std::vector<std::string> texts;
  for (const Lease& lease : leases) {
    if (texts.size() == kMostNamed) break;
    texts.push_back(describe(lease));
  }
  const std::size_t more = leases.size() - texts.size();
  return join(texts, ", ") + (more == 0 ? "" : std::format(" and {} more", more));
}

}  // namespace

std::vector<Lease> parse_leases(std::string_view text) {
  std::vector<Lease> leases;
  for (const std::string& line : lines(text)) {
    // Time of its end, Ethernet address, IP address, name or '*', client id.
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() < 4) continue;
    const auto mac = parse_mac(words[1]);
    const auto address = parse_ipv4(words[2]);
    if (!mac || !address) continue;
    leases.push_back({*mac, *address, words[3] == "*" ? "" : printable(words[3], 64)});
  }
  return leases;
}

std::vector<Problem> short_loans(const std::vector<Lease>& leases, const Ipv4Range& loans,
                                 const std::set<MacAddress>& booting) {
  std::vector<Lease> on_loan;
  std::ranges::copy_if(leases, std::back_inserter(on_loan),
                       [&](const Lease& lease) { return loans.contains(lease.address); });
  std::vector<Lease> others;
  std::ranges::copy_if(on_loan, std::back_inserter(others),
                       [&](const Lease& lease) { return !booting.contains(lease.mac); });
  const std::uint64_t free = loans.size() - std::min<std::uint64_t>(on_loan.size(), loans.size());
  // One address in ten: a rack that is switched on for the first time takes more.
  const bool few = free * 10 <= loans.size();
  if (!few || on_loan.empty()) return {};
  const std::string who = others.empty()
                              ? "machines that boot from the network have the others"
                              : std::format("clients that do not boot from the network have {}: {}",
                                            others.size(), describe(others));
  return {{std::format("{} of {} addresses on loan are free; {}", free, loans.size(), who),
           others.empty() ? "adopt the machines that wait, or make nodes.unknown_addresses larger"
                          : "take these clients off the nodes' switch, or make "
                            "nodes.unknown_addresses larger"}};
}

}  // namespace muster::control
