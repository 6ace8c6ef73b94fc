#pragma once
// The ways to share volumes that cluster.yaml knows; storage/ has what each does.

#include <array>
#include <string_view>

namespace muster::spec {

enum class StorageDriver { nfs };

/// Their words in cluster.yaml, in the order of the enumerators.
inline constexpr std::array<std::string_view, 1> kStorageDriverWords = {"nfs"};

}  // namespace muster::spec
