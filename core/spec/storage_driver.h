#pragma once
// The ways to share volumes that cluster.yaml knows; storage/ has what each does.

#include <array>
#include <string_view>

namespace muster::spec {

enum class StorageDriver { nfs };

/// Their words in cluster.yaml, in the order of the enumerators.
inline constexpr std::array<std::string_view, 1> kStorageDriverWords = {"nfs"};

/// For people: the words that may be written, and what each means.
inline constexpr std::string_view kStorageDriversAllowed = "'nfs'";
inline constexpr std::string_view kStorageDriversDoc =
    "What shares it: `nfs` exports a directory of the head.";

}  // namespace muster::spec
