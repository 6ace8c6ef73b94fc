#include "provisioning/node_decisions.h"

#include <format>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "core/base/text.h"
#include "provisioning/keep.h"

namespace muster::provisioning {
namespace {

constexpr const char* kSeeWaiting = "'muster node list' shows what waits for adoption";

std::unexpected<Error> not_discovered(const std::string& id) {
  return fail(ErrorKind::absent, std::format("no discovered machine is called '{}'", printable(id)),
              kSeeWaiting);
}

}  // namespace

Result<Member> NodeDecisions::member_of(const std::string& name, const std::string& hint) const {
  const Member* const found = ledger_.find(ledger_.directory().id_of(name));
  if (found != nullptr) return *found;
  return fail(ErrorKind::absent, std::format("there is no node '{}'", printable(name)), hint);
}

Result<std::vector<std::string>> NodeDecisions::adopt(std::span<const std::string> ids, Now now) {
  std::vector<std::string> names;
  std::shared_ptr<Ticket> ticket;
  {
    const std::scoped_lock lock(ledger_.mutex());
    // Members stay where they are while others are named.
    std::vector<const Member*> chosen;
    std::set<const Member*> waiting;
    for (const std::string& id : ids) {
      chosen.push_back(ledger_.find(ledger_.directory().id_of(id)));
      if (chosen.back() == nullptr) return not_discovered(id);
      if (chosen.back()->node->name.empty()) waiting.insert(chosen.back());
    }
    TRY(allocation_.has_addresses_for(waiting.size()));
    for (const Member* const member : chosen) {
      if (member->node->name.empty()) {
        TRY(allocation_.name(*member, allocation_.free_name(), now));
      }
      names.push_back(member->node->name);
    }
    ticket = ledger_.ticket();
  }
  TRY(written(ticket));
  return names;
}

Status NodeDecisions::adopt_as(const std::string& id, const std::string& wanted, Now now) {
  std::shared_ptr<Ticket> ticket;
  {
    const std::scoped_lock lock(ledger_.mutex());
    const Member* const member = ledger_.find(ledger_.directory().id_of(id));
    if (member == nullptr) return not_discovered(id);
    const std::string& known = member->node->name;
    if (!known.empty()) {
      return fail(ErrorKind::conflict, std::format("'{}' is {} already", printable(id), known),
                  std::format("'muster node remove {}' forgets it, and it waits again", known));
    }
    if (!ledger_.directory().by_name(wanted).empty()) {
      return fail(ErrorKind::conflict, std::format("there is a node '{}' already", wanted),
                  "'muster node list' shows the names; take another");
    }
    TRY(allocation_.name(*member, wanted, now));
    ticket = ledger_.ticket();
  }
  return written(ticket);
}

Status NodeDecisions::remove(std::span<const std::string> names, Now now) {
  std::shared_ptr<Ticket> ticket;
  {
    const std::scoped_lock lock(ledger_.mutex());
    std::map<std::string, std::string> chosen;
    for (const std::string& name : names) {
      TRY_ASSIGN(const Member member, member_of(name, "'muster node list' shows them"));
      chosen.emplace(member.node->id, name);
    }
    for (const auto& [id, name] : chosen) {
      ledger_.erase(id, Write::decided, now);
      ledger_.note({.time_ms = now.wall_ms, .subject = {}, .kind = "removed", .text = name},
                   Write::decided, now);
      refusals_.forget(id);
    }
    ticket = ledger_.ticket();
  }
  return written(ticket);
}

Status NodeDecisions::set_profile(std::span<const std::string> names, const std::string& profile,
                                  Now now) {
  std::shared_ptr<Ticket> ticket;
  {
    const std::scoped_lock lock(ledger_.mutex());
    std::map<std::string, Member> chosen;
    for (const std::string& name : names) {
      TRY_ASSIGN(Member member,
                 member_of(name, "'muster node list' shows them; nothing was changed"));
      if (member.node->name.empty()) {
        return fail(
            ErrorKind::conflict,
            std::format("'{}' waits for adoption and has no profile yet", printable(name)),
            std::format("'muster node adopt {}' first; nothing was changed", printable(name)));
      }
      if (member.node->profile != profile) chosen.insert_or_assign(member.node->id, member);
    }
    for (auto& [id, member] : chosen) {
      auto node = std::make_shared<Node>(*member.node);
      Outcome outcome{.write = Write::decided};
      outcome.events.push_back(
          event(*node, "profile", std::format("{} instead of {}", profile, node->profile), now));
      node->profile = profile;
      member.node = std::move(node);
      ledger_.put(std::move(member), std::move(outcome), now);
    }
    ticket = ledger_.ticket();
  }
  return written(ticket);
}

Result<Imported> NodeDecisions::import(const std::vector<Node>& list, Now now) {
  std::shared_ptr<Ticket> ticket;
  Imported result;
  {
    const std::scoped_lock lock(ledger_.mutex());
    TRY_ASSIGN(result, import_nodes(ledger_, settings_.default_profile, list, now));
    ticket = ledger_.ticket();
  }
  TRY(written(ticket));
  return result;
}

}  // namespace muster::provisioning
