#pragma once
// What the administrators' API answers, as GET /v1/openapi describes it. A test compares the
// answers of every page with these tables (tests/contract/musterd).

#include <array>

#include "core/json/schema.h"

namespace muster::api::schemas {

using muster::json::flag;
using muster::json::list_of;
using muster::json::Need;
using muster::json::number;
using muster::json::object;
using muster::json::Property;
using muster::json::Schema;
using muster::json::table_of;
using muster::json::text;

inline constexpr Schema kTime = number("milliseconds since 1970; 0: never");
inline constexpr Schema kCount = number("how many");
inline constexpr Schema kName = text("a name");
inline constexpr Property kNow = {"now_ms", number("the head's clock, in milliseconds since 1970")};

/// RFC 9457 §3.
inline constexpr auto kProblemMembers = std::to_array<Property>({
    {"type", text("a URI of the kind of problem")},
    {"title", text("the kind in words")},
    {"status", number("the status of the answer", 400, 599)},
    {"detail", text("what is wrong")},
    {"hint", text("the next step; may be empty")},
    {"id", text("the name of what 'muster explain' says of it; empty: nothing"), Need::optional},
});
inline constexpr Schema kProblem = object("why a request was refused", kProblemMembers);

inline constexpr Schema kDone = object("nothing: it is done");

inline constexpr Schema kOpenApi = object("an OpenAPI document");

// GET /v1/status
inline constexpr auto kHeadMembers = std::to_array<Property>({
    {"name", text("its host name")},
    {"address", text("its address on the cluster's network")},
    {"interface", text("its card on the cluster's network")},
    {"live", flag("whether it runs from the ISO")},
    {"keeps_state", flag("whether its state lies on a disk")},
});
inline constexpr auto kSiteMembers = std::to_array<Property>({
    {"link", text("the card")},
    {"carrier", flag("whether a cable is in")},
    {"address", text("the address with its prefix; empty: none yet")},
    {"gateway", text("the gateway; empty: none")},
    {"dns", list_of(kName, "name servers")},
});
inline constexpr auto kSchedulerMembers = std::to_array<Property>({
    {"usable", number("nodes that take jobs")},
    {"states", table_of(kCount, "nodes in each state, in the words of sinfo(1)")},
});
inline constexpr auto kServiceMembers = std::to_array<Property>({
    {"unit", text("a unit of systemd")},
    {"state", text("systemd's word; 'unknown': none yet")},
});
inline constexpr Schema kService = object("a service of the head", kServiceMembers);
inline constexpr auto kPutRightMembers = std::to_array<Property>({
    {"what", text("what somebody changed on the head, and Muster changed back")},
    {"times", kCount},
    {"last_ms", kTime},
});
inline constexpr Schema kPutRight = object("what was put right", kPutRightMembers);
inline constexpr auto kTroubleMembers = std::to_array<Property>({
    {"id", text("the name of what `muster explain` says of it; may be empty")},
    {"what", text("what is wrong")},
    {"next", text("the next step")},
});
inline constexpr Schema kTrouble = object("a problem of the cluster", kTroubleMembers);
inline constexpr auto kRemarkMembers = std::to_array<Property>({
    {"file", text("the file")},
    {"line", kCount},
    {"column", kCount},
    {"message", text("what is most probably not what was meant")},
    {"hint", text("the next step; may be empty")},
});
inline constexpr Schema kRemark = object("a remark about cluster.yaml", kRemarkMembers);
inline constexpr auto kStatusMembers = std::to_array<Property>({
    {"cluster", text("the cluster's name")},
    {"head", object("the head", kHeadMembers)},
    {"external", object("the site's network; null: none", kSiteMembers).nullable()},
    {"route", text("how nodes reach the site: 'nat', 'direct' or 'none'")},
    {"dhcp", text("'serve', 'proxy' or 'silent'")},
    {"adoption", text("'open', 'ask' or 'closed' at this moment")},
    {"nodes", table_of(kCount, "nodes in each state")},
    {"scheduler", object("Slurm's view; null: no answer", kSchedulerMembers).nullable()},
    {"services", list_of(kService, "the head's services")},
    {"put_right", list_of(kPutRight, "what was put right within the last hour")},
    kNow,
    {"problems", list_of(kTrouble, "what somebody should see to")},
    {"remarks", list_of(kRemark, "about the head's cluster.yaml")},
    {"ready", flag("whether every service is active")},
});
inline constexpr Schema kStatus = object("the cluster", kStatusMembers);

// Plans
inline constexpr Schema kStep = object("a step, with its kind, its origin and its members");
inline constexpr auto kPlanViewMembers = std::to_array<Property>({
    {"schema", number("the form of the steps")},
    {"steps", list_of(kStep, "in the order in which they are made true")},
});
inline constexpr Schema kPlanView = object("the head's newest plan", kPlanViewMembers);
inline constexpr auto kPlanChangeMembers = std::to_array<Property>({
    {"kind", text("'added', 'changed' or 'removed'")},
    {"origin", text("who wants the step")},
    {"what", text("the step in words")},
});
inline constexpr Schema kPlanChange = object("a step that changes", kPlanChangeMembers);
inline constexpr auto kProfileChangesMembers = std::to_array<Property>({
    {"profile", text("its name")},
    {"changes", list_of(kPlanChange, "beside those on every node")},
});
inline constexpr Schema kProfileChanges =
    object("what changes on nodes of a profile", kProfileChangesMembers);
inline constexpr Schema kLeaverName = text("a login");
inline constexpr auto kPlanChangesMembers = std::to_array<Property>({
    {"head", list_of(kPlanChange, "on the head")},
    {"node", list_of(kPlanChange, "on every node")},
    {"profiles", list_of(kProfileChanges, "the profiles on whose nodes more changes")},
    {"leavers", list_of(kLeaverName, "people whom it does not name any more")},
});
inline constexpr Schema kPlanChanges = object("what would change", kPlanChangesMembers);
inline constexpr auto kAppliedMembers = std::to_array<Property>({
    {"applied", flag("whether the helper has tried")},
    {"succeeded", flag("whether all steps are true")},
});
inline constexpr Schema kApplied = object("how far the helper is", kAppliedMembers);
inline constexpr auto kCopyMembers = std::to_array<Property>({{"database", text("its path")}});
inline constexpr Schema kCopy = object("a copy of the database", kCopyMembers);

// Who asked for what
inline constexpr auto kLogEntryMembers = std::to_array<Property>({
    {"time_ms", kTime},
    {"who", text("a login")},
    {"uid", number("of the process that asked; null: not known").nullable()},
    {"role", text("with which it was asked; empty: not known")},
    {"action", text("in the words of the command line")},
    {"request", text("the beginning of the body, or the name in the path")},
    {"status", kCount},
    {"error", text("empty: it was done")},
});
inline constexpr Schema kLogEntry = object("a request that changes something", kLogEntryMembers);
inline constexpr auto kLogMembers =
    std::to_array<Property>({{"entries", list_of(kLogEntry, "the oldest first")}, kNow});
inline constexpr Schema kLog = object("the log of commands", kLogMembers);

// Operations
inline constexpr auto kBegunMembers = std::to_array<Property>({{"operation", text("its id")}});
inline constexpr Schema kBegun = object("an operation that begins", kBegunMembers);
inline constexpr auto kAskedMembers = std::to_array<Property>({
    {"asked_ms", kTime, Need::optional},
    {"operation", text("its id, where the nodes drain"), Need::optional},
});
inline constexpr Schema kAsked = object("when nodes were asked, or an operation", kAskedMembers);
inline constexpr std::array kOperationMembers = {
    Property{"id", text("its id")},
    Property{"kind", text("'exec', 'reboot' or 'shutdown'")},
    Property{"command", list_of(kName, "what is done")},
    Property{"timeout_s", number("how long a node may take")},
    Property{"at_once", number("so many nodes have their part at once; 0: all")},
    Property{"retries", number("so often a node that did not succeed tries again")},
    Property{"deadline_ms", number("when it is cancelled, in milliseconds since 1970; 0: never")},
    Property{"by", text("who began it, as the kernel says")},
    Property{"reason", text("why; may be empty")},
    Property{"state", text("'running', 'ending', 'done', 'failed' or 'cancelled'")},
    Property{"begun_ms", kTime},
    Property{"ended_ms", kTime},
    Property{"nodes", text("all its nodes, as a node set")},
    Property{"counts", table_of(kCount, "nodes in each state of a part")},
};
inline constexpr Schema kOperation = object("an operation", kOperationMembers);
inline constexpr auto kOperationsMembers = std::to_array<Property>({
    {"operations", list_of(kOperation, "the oldest first")},
    kNow,
});
inline constexpr Schema kOperations = object("operations", kOperationsMembers);
inline constexpr auto kResultMembers = std::to_array<Property>({
    {"nodes", text("the nodes, as a node set")},
    {"count", kCount},
    {"state", text("'waiting', 'given', 'done', 'failed', 'unreached' or 'cancelled'")},
    {"note", text("why it failed, or what it waits for; may be empty")},
    {"tries", number("how often it was tried in vain before")},
    {"status", kCount},
    {"signal", kCount},
    {"out", text("the first 64 KiB of the output")},
    {"err", text("the first 64 KiB of the output of errors")},
    {"dropped", number("bytes that were written and are not kept")},
});
inline constexpr Schema kResult = object("nodes of which the same is to be said", kResultMembers);

/// A table with more rows.
template <std::size_t N, std::size_t M>
constexpr auto with(const std::array<Property, N>& some, const std::array<Property, M>& more) {
  std::array<Property, N + M> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = some[i];
  for (std::size_t i = 0; i < M; ++i) all[N + i] = more[i];
  return all;
}

inline constexpr auto kOperationDetailMembers =
    with(kOperationMembers,
         std::to_array<Property>({{"results", list_of(kResult, "the outcomes")}, kNow}));
inline constexpr Schema kOperationDetail = object("an operation", kOperationDetailMembers);
inline constexpr auto kProgressMembers =
    with(kOperationMembers, std::to_array<Property>({
                                {"version", number("grows with every change")},
                                {"open", text("the nodes that have not ended, as a node set")},
                            }));
inline constexpr Schema kProgress = object("how far an operation is", kProgressMembers);

// Changes
inline constexpr auto kChangeMembers = std::to_array<Property>({
    {"id", number("not given twice")},
    {"time_ms", kTime},
    {"kind", text("the event's kind, or 'request'")},
    {"text", text("what happened")},
    {"node", text("the node that it is of"), Need::optional},
    {"operation", text("the operation that it is of"), Need::optional},
});
inline constexpr Schema kChange = object("what happened", kChangeMembers);
inline constexpr auto kChangesMembers = std::to_array<Property>({
    {"changes", list_of(kChange, "the oldest first")},
    {"next", number("the id to ask with the next time")},
    kNow,
});
inline constexpr Schema kChanges = object("what happens on the cluster", kChangesMembers);

// Decisions
inline constexpr auto kDiscoveryViewMembers = std::to_array<Property>({
    {"policy", text("'open', 'ask' or 'closed'")},
    {"until_ms", kTime},
    kNow,
});
inline constexpr Schema kDiscoveryView =
    object("what happens to machines that the head does not know", kDiscoveryViewMembers);
inline constexpr auto kDhcpViewMembers =
    std::to_array<Property>({{"mode", text("'serve', 'proxy' or 'silent'")}});
inline constexpr Schema kDhcpView = object("who gives addresses", kDhcpViewMembers);

// People
inline constexpr std::array kUserMembers = {
    Property{"name", text("the login")},
    Property{"uid", number("the number")},
    Property{"full_name", text("the person's name; may be empty")},
    Property{"home", text("the home directory")},
    Property{"ssh_keys", list_of(kName, "lines of .pub files")},
};
inline constexpr Schema kUser = object("a user", kUserMembers);
inline constexpr auto kUsersMembers =
    std::to_array<Property>({{"users", list_of(kUser, "by name")}});
inline constexpr Schema kUsers = object("the users", kUsersMembers);
inline constexpr auto kUserViewMembers = with(
    kUserMembers, std::to_array<Property>({{"on_head", flag("whether the head has the account")}}));
inline constexpr Schema kUserView = object("a user", kUserViewMembers);
inline constexpr auto kUserDoneMembers = with(
    kUserMembers, std::to_array<Property>({{"applying", number("to ask GET /v1/applied with")}}));
inline constexpr Schema kUserDone = object("a user who was changed", kUserDoneMembers);
inline constexpr auto kLeftMembers = std::to_array<Property>({
    {"names", list_of(kLeaverName, "who has no account any more")},
    {"applying", number("to ask GET /v1/applied with; 0: nobody left")},
});
inline constexpr Schema kLeft = object("people who left", kLeftMembers);

}  // namespace muster::api::schemas
