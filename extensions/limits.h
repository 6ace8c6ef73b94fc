#pragma once
// How large an extension may be. A package that is larger is refused before it costs anything.

#include <cstddef>
#include <cstdint>

namespace muster::extensions {

/// Bytes of the archive, of all files in it together, and of one of them.
inline constexpr std::uint64_t kMostArchive = 256U << 20;
inline constexpr std::uint64_t kMostUnpacked = 256U << 20;
inline constexpr std::uint64_t kMostFile = 64U << 20;
/// How many times larger than the archive its content may be, as gzip makes plain text about ten
/// times smaller; and what is always allowed: tar has up to 2.5 KiB beside each file.
inline constexpr std::uint64_t kMostRatio = 100;
inline constexpr std::uint64_t kAlwaysAllowed = 16U << 20;
/// Files and directories of an archive.
inline constexpr std::size_t kMostEntries = 5000;
/// Bytes of a path, of a name in it, and how many names it has.
inline constexpr std::size_t kLongestPath = 255;
inline constexpr std::size_t kLongestName = 100;
inline constexpr std::size_t kDeepestPath = 16;

}  // namespace muster::extensions
