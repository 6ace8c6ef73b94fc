#pragma once
// What the administrators' API answers of nodes, profiles and groups, beside
// api_answer_schemas.h.

#include "control/api/answer_schemas.h"

namespace muster::api::schemas {

inline constexpr std::array kNodeStateMembers = {
    Property{"id", text("the head's own name for the machine")},
    Property{"name", text("empty before adoption")},
    Property{"address", text("empty before adoption")},
    Property{"profile", text("the profile from its next start on; empty before adoption")},
    Property{"booted_profile", text("the profile of its last boot")},
    Property{"state", text("'discovered', 'adopted', 'booting', 'ready', 'off' or 'failed'")},
    Property{"stage", text("the step within the state")},
    Property{"reason", text("why it failed or waits; may be empty")},
    Property{"progress", number("while it fetches the image", 0, 100)},
    Property{"seen_ms", kTime},
    Property{"holds_plan", flag("whether it is ready and has applied the newest plan")},
    Property{"outdated", flag("whether a restart would give it another image or profile")},
    Property{"draining", text("the operation for which it waits for its jobs; empty: none")},
    Property{"scheduler", text("Slurm's state; empty: not known")},
    Property{"scheduler_reason", text("why it takes no jobs; may be empty")},
};

inline constexpr auto kCardMembers = std::to_array<Property>({
    {"type", text("the type that jobs ask for")},
    {"state", text("whether jobs can use it, or why not")},
    {"count", kCount},
});
inline constexpr Schema kCard = object("accelerators that are alike", kCardMembers);
inline constexpr auto kNodeSummaryMembers =
    with(kNodeStateMembers,
         std::to_array<Property>({
             {"mac", text("the card that it boots with")},
             {"cpus", number("null: not known").nullable()},
             {"memory", number("in bytes; null: not known").nullable()},
             // With detail=wide.
             {"image", text("the image that it booted"), Need::optional},
             {"booted_image", text("that image as NAME@ID; empty: not known"), Need::optional},
             {"accelerators", list_of(kCard, "its cards for computing"), Need::optional},
             {"processor", text("the processor's name"), Need::optional},
             {"machine", text("vendor and product"), Need::optional},
             {"firmware", text("'bios' or 'uefi'"), Need::optional},
             {"secure_boot", flag("whether Secure Boot is on"), Need::optional},
             {"switch_port", text("the switch and the port"), Need::optional},
         }));
inline constexpr Schema kNodeSummary = object("a node", kNodeSummaryMembers);
inline constexpr auto kNodesMembers = std::to_array<Property>({
    {"nodes", list_of(kNodeSummary, "those with names first, by name")},
    kNow,
});
inline constexpr Schema kNodesView = object("nodes", kNodesMembers);

inline constexpr auto kWishMembers =
    std::to_array<Property>({{"id", text("its id")}, {"asked_ms", kTime}});
inline constexpr auto kNodeMembers = with(
    kNodeStateMembers,
    std::to_array<Property>({
        {"drift", text("what the agent put right last; may be empty")},
        {"drifts", number("how often, since its boot")},
        {"agent_note", text("what the agent remarks; may be empty")},
        {"reboot", object("the open request for a reboot; null: none", kWishMembers).nullable()},
        {"certificate_serial", text("of its certificate")},
        {"offered_serial", text("of the certificate that replaces it")},
        {"ssh_certificate", text("of its SSH host key; may be empty")},
        {"generation", text("the name of the plan that it applied last")},
        {"ready_ms", kTime},
        {"returned_ms", kTime},
        {"image", text("the image that it booted; may be empty")},
        {"booted_image", text("that image as NAME@ID; empty: not known")},
        {"hardware", object("as the machine reports it, with names of its accelerators")},
    }));
inline constexpr Schema kNode = object("all that is known of a node", kNodeMembers);

inline constexpr auto kEventMembers = std::to_array<Property>({
    {"time_ms", kTime},
    {"kind", text("what happened")},
    {"text", text("in words")},
});
inline constexpr Schema kEvent = object("an event", kEventMembers);
inline constexpr auto kTimelineMembers = std::to_array<Property>({
    {"node", kNode},
    {"events", list_of(kEvent, "the last 500, the oldest first")},
    kNow,
});
inline constexpr Schema kTimeline = object("a node's timeline", kTimelineMembers);

inline constexpr auto kAdoptedMembers =
    std::to_array<Property>({{"names", list_of(kName, "in the order of the request")}});
inline constexpr Schema kAdopted = object("the nodes' names", kAdoptedMembers);
inline constexpr auto kImportedCountMembers = std::to_array<Property>({
    {"imported", number("nodes that are new or were changed")},
    {"unchanged", number("nodes that were as in the list")},
});
inline constexpr Schema kImportedCount = object("what was imported", kImportedCountMembers);

inline constexpr auto kProfileViewMembers = std::to_array<Property>({
    {"name", kName},
    {"image", text("the image that its nodes boot")},
    {"image_size", number("bytes of its layers")},
    {"kernel_arguments", list_of(kName, "those of the image, then those of the profile")},
    {"nodes", kCount},
});
inline constexpr Schema kProfileView = object("a profile", kProfileViewMembers);
inline constexpr auto kProfilesMembers =
    std::to_array<Property>({{"profiles", list_of(kProfileView, "in the order of cluster.yaml")}});
inline constexpr Schema kProfiles = object("the profiles", kProfilesMembers);

inline constexpr auto kGroupMembers = std::to_array<Property>({
    {"name", kName},
    {"nodes", text("a node set; may be empty")},
});
inline constexpr Schema kGroup = object("a group", kGroupMembers);
inline constexpr auto kGroupsMembers =
    std::to_array<Property>({{"groups", list_of(kGroup, "those of cluster.yaml first")}});
inline constexpr Schema kGroups = object("the groups", kGroupsMembers);

}  // namespace muster::api::schemas
