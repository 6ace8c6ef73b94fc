#pragma once
// Changes of the images that a head has beside those of its medium (catalogue.h). Root's: whoever
// writes here decides what all nodes run.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/os/handle.h"
#include "provisioning/catalogue.h"

namespace muster::provisioning {

/// Held while images change: from the look at what is there to the last write.
Result<os::Handle> lock_images(const std::filesystem::path& directory,
                               const std::function<void(const std::string& holder)>& on_wait);

/// Makes a file of an image, of exactly its size, at a place where nothing is.
using CopyFile = std::function<Status(const Artefact& file, const std::filesystem::path& to)>;

struct ImageToAdd {
  Image image;
  /// For people: what it is taken from.
  std::string origin;
  /// Milliseconds since 1970. An image that was added before keeps its time.
  std::int64_t at_ms = 0;
};

/// Copies the image's files that are not there yet, each checked against its hash, and writes the
/// image down last: one that is listed is whole. The images are locked.
/// Errors: too little space (with how much is needed); those of `copy`; a file with another hash;
/// the disk. What was copied so far is not copied a second time, and an image that was added before
/// becomes whole again.
Status add_image(const ImageToAdd& added, const std::filesystem::path& directory,
                 const CopyFile& copy);

/// Removes an added image, its files that no other has, and a choice of it. The images are locked.
/// `id`: its whole id, also of an image that cannot be used. Errors: the disk.
Status remove_image(const std::string& id, const std::filesystem::path& directory);

/// From their next start on, nodes that boot images of this name boot the one with `id`; empty: the
/// one of the medium. The images are locked. Errors: the choices that are there cannot be read.
Status choose_image(const std::string& name, const std::string& id,
                    const std::filesystem::path& directory);

}  // namespace muster::provisioning
