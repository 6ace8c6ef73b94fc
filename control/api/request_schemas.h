#pragma once
// What administrators' requests are made of: api_requests.cpp reads by these tables, and GET
// /v1/openapi describes them.

#include <array>
#include <limits>
#include <string_view>

#include "control/change_feed.h"
#include "core/base/node_set.h"
#include "core/json/schema.h"
#include "core/spec/cluster_spec.h"
#include "core/task/task.h"
#include "operations/operation.h"

namespace muster::api::schemas {

using muster::json::list_of;
using muster::json::Need;
using muster::json::number;
using muster::json::object;
using muster::json::one_of;
using muster::json::Property;
using muster::json::Schema;
using muster::json::text;

/// A year: whoever wants more wants "for ever".
inline constexpr std::uint64_t kMostMinutes = 525'600;

inline constexpr Schema kNodeWord = text("a name, an id, or the MAC address of a card");
inline constexpr Schema kNodes = list_of(kNodeWord, "the nodes");
inline constexpr Schema kWord = text("a word of the command");
inline constexpr Schema kKey = text("a line of a .pub file");

inline constexpr auto kNodeListMembers = std::to_array<Property>({{"nodes", kNodes}});
inline constexpr Schema kNodeList = object("some nodes", kNodeListMembers);

inline constexpr auto kAdoptionMembers = std::to_array<Property>({
    {"nodes", kNodes},
    {"name", text("the name of one machine; without it the next free name"), Need::optional},
});
inline constexpr Schema kAdoption = object("machines that become nodes", kAdoptionMembers);

inline constexpr auto kChosenMembers = std::to_array<Property>({
    {"name", text("a setting of the extension")},
    {"value", text("its value, in the words of its type")},
});
inline constexpr Schema kChosen = object("a value of a setting", kChosenMembers);
inline constexpr Schema kSettingWord = text("a setting of the extension");
inline constexpr auto kExtensionSettingsMembers = std::to_array<Property>({
    {"extension", text("its name")},
    {"set", list_of(kChosen, "settings that get a value"), Need::optional},
    {"unset", list_of(kSettingWord, "settings that get their defaults again"), Need::optional},
    {"disabled", muster::json::flag("whether it is without its steps, in place of settings"),
     Need::optional},
});
inline constexpr Schema kExtensionSettings =
    object("settings of an extension", kExtensionSettingsMembers);

inline constexpr Schema kVerbWord = text("a word behind the verb");
inline constexpr auto kVerbMembers = std::to_array<Property>({
    {"extension", text("its name")},
    {"verb", text("one of its verbs")},
    {"arguments", list_of(kVerbWord, "what it is told besides"), Need::optional},
});
inline constexpr Schema kVerb = object("a verb of an extension", kVerbMembers);

inline constexpr auto kProfileMembers = std::to_array<Property>({
    {"nodes", kNodes},
    {"profile", text("a profile of cluster.yaml")},
});
inline constexpr Schema kProfileChoice = object("another profile", kProfileMembers);

inline constexpr Property kDeadline = {
    "deadline_s",
    number("the operation is cancelled after this; 0: never", 0, operations::kLongestDeadline),
    Need::optional};

inline constexpr auto kRestartMembers = std::to_array<Property>({
    {"nodes", kNodes},
    {"by", text("who asks, for the timelines"), Need::optional},
    {"reason", text("why, for the timelines"), Need::optional},
    {"drain", muster::json::flag("whether the nodes wait for their jobs"), Need::optional},
    {"at_once", number("nodes that may be away at one time; 0: no limit", 0, NodeSet::kMaxNodes),
     Need::optional},
    kDeadline,
});
inline constexpr Schema kRestart = object("nodes that go down", kRestartMembers);

inline constexpr auto kExecMembers = std::to_array<Property>({
    {"nodes", kNodes},
    {"command", list_of(kWord, "the program and its arguments")},
    {"timeout_s", number("how long it may take; 3600 when absent", 1, task::kLongestTimeout),
     Need::optional},
    {"retries",
     number("so often it is tried again where it failed or a node was not reached; 0 when absent",
            0, operations::kMostRetries),
     Need::optional},
    kDeadline,
});
inline constexpr Schema kExec = object("a program on nodes", kExecMembers);

inline constexpr auto kImportedMembers = std::to_array<Property>({
    {"name", text("a host label in lower case")},
    {"address", text("an IPv4 address of nodes.addresses")},
    {"mac", text("the MAC address of the card that the node boots with")},
});
inline constexpr Schema kImported = object("a node", kImportedMembers);
inline constexpr auto kImportMembers =
    std::to_array<Property>({{"nodes", list_of(kImported, "the nodes")}});
inline constexpr Schema kImport = object("nodes that were never seen", kImportMembers);

inline constexpr auto kDiscoveryMembers = std::to_array<Property>({
    {"policy",
     one_of(spec::kAdoptionWords, "what happens to machines that the head does not know")},
    {"minutes", number("after these 'open' becomes 'ask'; 0: never", 0, kMostMinutes),
     Need::optional},
});
inline constexpr Schema kDiscovery = object("a decision about discovery", kDiscoveryMembers);

inline constexpr std::array<std::string_view, 2> kDhcpChoices = {"serve", "proxy"};
inline constexpr auto kDhcpMembers =
    std::to_array<Property>({{"mode", one_of(kDhcpChoices, "who gives the addresses")}});
inline constexpr Schema kDhcpChoice = object("a decision about DHCP", kDhcpMembers);

inline constexpr Property kUserName = {"name", text("the login")};
inline constexpr Property kFullName = {"full_name", text("the person's name"), Need::optional};
inline constexpr Property kUserKeys = {"ssh_keys", list_of(kKey, "the keys"), Need::optional};
inline constexpr auto kNewUserMembers = std::to_array<Property>({
    kUserName,
    kFullName,
    {"uid", number("the number", 0, std::numeric_limits<std::uint32_t>::max()), Need::optional},
    kUserKeys,
});
inline constexpr Schema kNewUser = object("a user", kNewUserMembers);
inline constexpr std::array kChangedUserMembers = {kUserName, kFullName, kUserKeys};
inline constexpr Schema kChangedUser = object("what changes of a user", kChangedUserMembers);

inline constexpr auto kDeedMembers = std::to_array<Property>({
    {"action", text("in the words of the command line")},
    {"request", text("what it was done with")},
});
inline constexpr Schema kDeed = object("what root did beside the daemon", kDeedMembers);

inline constexpr auto kPlanMembers =
    std::to_array<Property>({{"spec", text("the text of a cluster.yaml")}});
inline constexpr Schema kPlan = object("another cluster.yaml", kPlanMembers);

// Parameters of queries.
inline constexpr std::array<std::string_view, 1> kDetails = {"wide"};
inline constexpr auto kNodeQuery = std::to_array<Property>({
    {"names", text("a node set"), Need::optional},
    {"machines", text("names, ids and MAC addresses with commas between them"), Need::optional},
    {"detail", one_of(kDetails, "what the machines are made of as well"), Need::optional},
});
inline constexpr auto kAppliedQuery =
    std::to_array<Property>({{"since", number("the number 'applying' of an earlier answer")}});
inline constexpr auto kProgressQuery = std::to_array<Property>(
    {{"seen", number("the version that the caller knows"), Need::optional}});
inline constexpr auto kChangesQuery = std::to_array<Property>({
    {"since", number("the id of the last change that the caller knows"), Need::optional},
    {"last", number("answers at once with this many of the newest", 1, control::kMostChanges),
     Need::optional},
});

}  // namespace muster::api::schemas
