#pragma once
// What the administrators' API answers of extensions, beside answer_schemas.h.

#include "control/api/answer_schemas.h"

namespace muster::api::schemas {

inline constexpr auto kRightMembers = std::to_array<Property>({
    {"place", text("where: 'node' is every node, 'head' the head")},
    {"files", list_of(kName, "the files that it may write there")},
    {"directories", list_of(kName, "the directories that it may make there")},
    {"units", list_of(kName, "the units of systemd that it may start and stop there")},
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
inline constexpr auto kExtensionMembers = std::to_array<Property>({
    {"name", kName},
    {"version", text("its version")},
    {"type", text("'application', 'library' or 'tool'")},
    {"summary", text("what it does, in a line")},
    {"maintainer", text("who answers for it")},
    {"license", text("its licence, as an expression of SPDX")},
    {"signer", text("the number of the key that signed it; empty: it is unsigned")},
    {"installed_ms", kTime},
    {"damaged", flag("whether only its name is known, as its files cannot be used")},
    {"active", flag("whether the steps of this version are in the plans")},
    {"disabled", flag("whether an administrator disabled it")},
    {"steps", number("how many steps it has for every node")},
    {"steps_on_head", number("how many steps it has for the head")},
    {"error", text("why it does not work; may be empty")},
    {"said", text("what its hook said last; may be empty")},
    {"rights", list_of(kRight, "what it may own")},
    {"settings", list_of(kSetting, "what administrators may set")},
});
inline constexpr Schema kExtension = object("an extension", kExtensionMembers);
inline constexpr auto kExtensionsMembers = std::to_array<Property>({
    {"extensions", list_of(kExtension, "by name")},
    {"change", number("the newest change, for GET /v1/applied")},
});
inline constexpr Schema kExtensions = object("the extensions", kExtensionsMembers);

}  // namespace muster::api::schemas
