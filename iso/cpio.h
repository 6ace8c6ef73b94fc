#pragma once
// A small "newc" cpio archive (cpio(5)), to add a file to an initial RAM disk by appending it: the
// kernel unpacks one archive after the other.

#include <string>
#include <vector>

namespace muster::iso {

/// A regular file of root's, mode 0644. Missing parents are made.
struct CpioFile {
  std::string path;
  std::string content;
  /// The content begins at a multiple of this in the archive; a multiple of 4 itself. The kernel
  /// hands microcode to an Intel processor where it lies, which wants 16 (Intel SDM vol. 3,
  /// "Microcode Update Loader").
  std::size_t alignment = 4;
};

/// The archive, padded to whole 512-byte blocks. The same files give the same bytes.
std::string render_cpio(const std::vector<CpioFile>& files);

}  // namespace muster::iso
