#include "extensions/package/extracted.h"

#include <algorithm>
#include <format>
#include <map>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "extensions/limits.h"

namespace muster::package {

using namespace extensions;
namespace {

constexpr std::string_view kPackAgain = "pack it again, or get both files again";

std::unexpected<Error> differs(std::string_view path, std::string_view how) {
  return fail(ErrorKind::invalid, std::format("'{}' {}", printable(path, kLongestPath), how),
              std::string(kPackAgain));
}

std::string_view mode_of(Executable executable) {
  return executable == Executable::yes ? "755" : "644";
}

/// "SIZE MODE PATH"
struct Head {
  std::uint64_t size = 0;
  std::string mode;
  std::string path;
};

Result<Head> take_head(std::string_view& frames) {
  constexpr std::size_t kLongestHead = kLongestPath + 64;
  const std::size_t end = frames.substr(0, kLongestHead).find('\n');
  const std::vector<std::string> words = split(frames.substr(0, end), ' ');
  const bool has_form = end != std::string_view::npos && words.size() == 4 && words[0] == "file";
  const auto size = has_form ? parse_number(words[1]) : std::nullopt;
  if (!size || *size > frames.size() - end - 1) {
    return fail("what muster-extract said cannot be read");
  }
  frames.remove_prefix(end + 1);
  return Head{.size = *size, .mode = words[2], .path = words[3]};
}

Status compare(const Head& head, std::string_view content, const PackedFile& listed) {
  if (head.size != listed.size) {
    return differs(head.path, std::format("has {} bytes in the archive, and {} in the "
                                          "specification",
                                          head.size, listed.size));
  }
  if (head.mode != mode_of(listed.executable)) {
    return differs(head.path, listed.executable == Executable::yes
                                  ? "is no program in the archive, and one in the specification"
                                  : "is a program in the archive, and none in the specification");
  }
  if (crypto::sha256(content) != listed.sha256) {
    return differs(head.path, "is another file than the specification says");
  }
  return {};
}

}  // namespace

Status FrameWriter::begin(const ArchiveEntry& entry) {
  if (entry.kind == ArchiveEntry::Kind::directory) return {};
  return write_(std::format("file {} {} {}\n", entry.size, mode_of(entry.executable), entry.path));
}

Result<std::vector<ExtractedFile>> parse_extracted(std::string_view frames,
                                                   const std::vector<PackedFile>& listed) {
  std::map<std::string_view, const PackedFile*> wanted;
  for (const PackedFile& file : listed) wanted.emplace(file.path, &file);
  std::vector<ExtractedFile> files;
  while (!frames.empty()) {
    TRY_ASSIGN(const Head head, take_head(frames));
    const auto found = wanted.find(head.path);
    if (found == wanted.end()) {
      return differs(head.path, "is in the archive, and not in the specification");
    }
    const std::string_view content = frames.substr(0, head.size);
    frames.remove_prefix(head.size);
    TRY(compare(head, content, *found->second));
    files.push_back({.file = found->second, .content = content});
    wanted.erase(found);
  }
  if (wanted.empty()) return files;
  return differs(wanted.begin()->first, "is in the specification, and not in the archive");
}

Result<std::vector<SourceFile>> parse_unlisted(std::string_view frames) {
  std::vector<SourceFile> files;
  while (!frames.empty()) {
    TRY_ASSIGN(const Head head, take_head(frames));
    files.push_back(
        {.path = head.path,
         .content = std::string(frames.substr(0, head.size)),
         .executable = head.mode == mode_of(Executable::yes) ? Executable::yes : Executable::no});
    frames.remove_prefix(head.size);
  }
  return files;
}

}  // namespace muster::package
