#include "iso/cpio.h"

#include <format>
#include <set>
#include <string_view>

namespace muster::iso {
namespace {

constexpr unsigned kDirectory = 0040755;
constexpr unsigned kRegular = 0100644;

void pad(std::string& archive, std::size_t unit) {
  archive.append((unit - archive.size() % unit) % unit, '\0');
}

void add_entry(std::string& archive, std::string_view path, unsigned mode, std::string_view content,
               std::size_t alignment = 4) {
  static constexpr std::size_t kHeader = 110;
  // A name may end in more zeros than one; that moves what comes after it.
  std::size_t name = path.size() + 1;
  while ((archive.size() + kHeader + name + 3) / 4 * 4 % alignment != 0) ++name;
  // magic ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize
  // check
  archive += std::format(
      "070701{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}{:08X}", 0,
      mode, 0, 0, 1, 0, content.size(), 0, 0, 0, 0, name, 0);
  archive += path;
  archive.append(name - path.size(), '\0');
  pad(archive, 4);
  archive += content;
  pad(archive, 4);
}

}  // namespace

std::string render_cpio(const std::vector<CpioFile>& files) {
  std::string archive;
  std::set<std::string> made;
  for (const auto& file : files) {
    for (auto slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1)) {
      const auto parent = file.path.substr(0, slash);
      if (made.insert(parent).second) add_entry(archive, parent, kDirectory, {});
    }
    add_entry(archive, file.path, kRegular, file.content, file.alignment);
  }
  add_entry(archive, "TRAILER!!!", 0, {});
  pad(archive, 512);
  return archive;
}

}  // namespace muster::iso
