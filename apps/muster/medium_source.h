#pragma once
// Another medium, whose images are taken: a directory where one is mounted, or an ISO file. Nothing
// of it is believed: neither what its files are, nor how large, nor where its links lead.

#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "iso/inspect/medium_files.h"
#include "provisioning/catalogue.h"

namespace muster::cli {

/// An ISO file is read where its files lie in it: it needs no mount, and its links are none.
class MediumSource {
 public:
  /// Errors: nothing is there; the file is no ISO (xorriso(1) lists its files).
  static Result<MediumSource> open(os::CommandRunner& runner, const std::filesystem::path& source);

  /// Its images that can be used. Errors: there is none.
  Result<std::vector<provisioning::KeptImage>> images() const;

  /// Makes a file of an image at `to`, where nothing is. Errors: it has another size than the image
  /// says; the disk.
  Status copy(const provisioning::Artefact& file, const std::filesystem::path& to) const;

 private:
  explicit MediumSource(std::filesystem::path source) : source_(std::move(source)) {}

  std::filesystem::path source_;
  /// Of an ISO file.
  std::optional<inspect::MediumFiles> files_;
};

}  // namespace muster::cli
