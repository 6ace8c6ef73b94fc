#pragma once
// What the administrators' API answers of images, beside api_answer_schemas.h.

#include "control/api/answer_schemas.h"

namespace muster::api::schemas {

inline constexpr auto kImageFileMembers = std::to_array<Property>({
    {"kind", text("'kernel', 'initrd' or 'layer'")},
    {"sha256", text("the hash of its content, by which machines fetch it")},
    {"size", number("in bytes")},
});
inline constexpr Schema kImageFile = object("a file of an image", kImageFileMembers);
inline constexpr auto kImageMembers = std::to_array<Property>({
    {"name", kName},
    {"id", text("the SHA-256 of what it holds")},
    {"available", flag("whether the head has it; else nodes still run it, or shall boot it")},
    {"origin", text("what it was added from; empty: the head's ISO has it")},
    {"added_ms", kTime},
    {"kept", flag("whether its files are in the head's own directory, as those of added images")},
    {"chosen", flag("whether somebody chose it for its name")},
    {"size", number("bytes of its layers; 0: not known")},
    {"files", list_of(kImageFile, "kernel and initrd, then the layers, the lowest first")},
    {"kernel_arguments", list_of(kName, "words of the kernel's command line")},
    {"profiles", list_of(kName, "the profiles that boot it")},
    {"running", text("the ready nodes that run it, a node set; may be empty")},
    {"boots", text("the nodes that boot it at their next start, a node set; may be empty")},
});
inline constexpr Schema kImage = object("an image", kImageMembers);
inline constexpr auto kImagesMembers = std::to_array<Property>({
    {"images",
     list_of(kImage, "by name; of one name that of the medium first, then the newest first")},
    {"outdated", text("the nodes that a restart gives another image or profile, a node set")},
});
inline constexpr Schema kImages = object("the images", kImagesMembers);

}  // namespace muster::api::schemas
