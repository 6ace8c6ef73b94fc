#pragma once
// What the administrators' API answers of extensions, beside answer_schemas.h.

#include "control/api/answer_schemas.h"

namespace muster::api::schemas {

inline constexpr auto kRightMembers = std::to_array<Property>({
    {"place", text("where: 'node' is every node, 'head' the head")},
    {"files", list_of(kName, "the files that it may write there")},
    {"directories", list_of(kName, "the directories that it may make there")},
    {"units", list_of(kName, "the units of systemd that it may start and stop there")},
    {"commands", list_of(kName, "the programs that it may run there, as root")},
    {"packages", list_of(kName, "the Debian packages that must be there")},
    {"scheduler", list_of(kName, "the keys of slurm.conf that it may set")},
    {"reason", text("why it asked for this")},
});
inline constexpr Schema kRight = object("what root granted", kRightMembers);
inline constexpr auto kSettingMembers = std::to_array<Property>({
    {"name", kName},
    {"type", text("'text', 'integer', 'flag' or 'choice'")},
    {"value", text("its value, as it was written")},
    {"default", text("its value when nobody chose one")},
    {"about", text("what it is for")},
    {"choices", list_of(kName, "what a choice may be")},
});
inline constexpr Schema kSetting = object("a setting of an extension", kSettingMembers);
inline constexpr auto kVerbNameMembers = std::to_array<Property>({
    {"name", kName},
    {"about", text("what it does")},
});
inline constexpr Schema kVerbName = object("a verb of an extension", kVerbNameMembers);
inline constexpr Schema kFailure = text("a reason");
inline constexpr Schema kValue = text("a value");
inline constexpr auto kExtensionMembers = std::to_array<Property>({
    {"name", kName},
    {"version", text("its version")},
    {"type", text("'application', 'library' or 'tool'")},
    {"summary", text("what it does, in a line")},
    {"maintainer", text("who answers for it")},
    {"license", text("its licence, as an expression of SPDX")},
    {"signer", text("the number of the key that signed it; muster: it comes with Muster; empty: it "
                    "is unsigned")},
    {"installed_ms", kTime},
    {"damaged", flag("whether only its name is known, as its files cannot be used")},
    {"active", flag("whether the steps of this version are in the plans")},
    {"disabled", flag("whether an administrator disabled it")},
    {"steps", number("how many steps it has for nodes")},
    {"steps_on_head", number("how many steps it has for the head")},
    {"scheduler", table_of(kValue, "what it has in slurm.conf, by its keys")},
    {"scheduler_waits", flag("whether it wants something else there, which waits until its steps "
                             "for the head are done")},
    {"error", text("why it does not work; may be empty")},
    {"said", text("what its hook said last; may be empty")},
    {"rights", list_of(kRight, "what it may own")},
    {"settings", list_of(kSetting, "what administrators may set")},
    {"hooks", list_of(kName, "what it is asked and told")},
    {"verbs", list_of(kVerbName, "what people may ask of it")},
    {"failures", table_of(kFailure, "why hooks failed when they were asked last, by their names")},
});
inline constexpr Schema kExtension = object("an extension", kExtensionMembers);
inline constexpr auto kExtensionsMembers = std::to_array<Property>({
    {"extensions", list_of(kExtension, "by name")},
    {"change", number("the newest change, for GET /v1/applied")},
});
inline constexpr Schema kExtensions = object("the extensions", kExtensionsMembers);

inline constexpr auto kVerbAnswerMembers = std::to_array<Property>({
    {"text", text("what it says to people; may be empty")},
    {"data", object("what it says to programs; null: nothing").nullable()},
    {"status", number("0 when it succeeded", 0, 255)},
});
inline constexpr Schema kVerbAnswer = object("what a verb answered", kVerbAnswerMembers);

inline constexpr Schema kLabel = text("its value");
inline constexpr auto kSampleMembers = std::to_array<Property>({
    {"labels", table_of(kLabel, "which of them it is")},
    {"value", text("a number in its shortest spelling")},
});
inline constexpr Schema kSample = object("one value", kSampleMembers);
inline constexpr auto kMetricMembers = std::to_array<Property>({
    {"name", kName},
    {"help", text("what it is; may be empty")},
    {"type", text("'gauge' or 'counter'")},
    {"samples", list_of(kSample, "its values")},
});
inline constexpr Schema kMetric = object("a figure", kMetricMembers);
inline constexpr auto kMetricsMembers =
    std::to_array<Property>({{"metrics", list_of(kMetric, "the figures")}, kNow});
inline constexpr Schema kMetrics = object("figures", kMetricsMembers);

}  // namespace muster::api::schemas
