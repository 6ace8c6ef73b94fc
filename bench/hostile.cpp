// Archives made at random of what attacks are made of, read as those of extensions are. Prints how
// many were tried, how many were taken, and how many entries would have been written elsewhere than
// below the extension's directory, or as something else than a plain file: hostile NUMBER SEED.

#include <algorithm>
#include <array>
#include <cstdint>
#include <print>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "extensions/package/archive.h"
#include "tests/unit/package/tar_file.h"

namespace {

using namespace muster;
using package::TarMember;

/// Looks at what is taken with rules of its own.
class Judge final : public package::ArchiveSink {
 public:
  Status begin(const package::ArchiveEntry& entry) override {
    const bool is_below = !entry.path.empty() && entry.path.front() != '/';
    bool is_plain = is_below && seen_.insert(lower(entry.path)).second;
    for (const std::string& part : split(entry.path, '/')) {
      is_plain = is_plain && !part.empty() && part != "." && part != "..";
    }
    const bool is_shown = printable(entry.path, entry.path.size()) == entry.path;
    if (!is_plain || !is_shown || entry.path.contains('\\')) ++outside_;
    return {};
  }
  Status write(std::string_view) override { return {}; }
  Status end_file() override { return {}; }
  std::uint64_t outside() const { return outside_; }

 private:
  std::set<std::string> seen_;
  std::uint64_t outside_ = 0;
};

class Attacker {
 public:
  explicit Attacker(std::uint64_t seed) : random_(seed) {}

  std::string archive() {
    std::vector<TarMember> members;
    for (std::uint64_t i = 0; i <= below(3); ++i) members.push_back(member());
    std::string tar = package::render_tar(members);
    if (chance(4)) tar.resize(below(tar.size()));
    if (chance(4)) tar += package::render_tar({member()});
    if (chance(3)) spoil(tar);
    std::string packed = package::gzip(tar);
    if (chance(8)) spoil(packed);
    if (chance(16)) packed += package::gzip(tar);
    return packed;
  }

 private:
  std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : random_() % end; }
  bool chance(std::uint64_t of) { return below(of) == 0; }
  template <typename List>
  const auto& one_of(const List& list) {
    return list[below(list.size())];
  }

  void spoil(std::string& bytes) {
    for (std::uint64_t i = 0; i <= below(4) && !bytes.empty(); ++i) {
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    }
  }

  std::string name() {
    static const std::vector<std::string> kParts = {"a",
                                                    "A",
                                                    "b",
                                                    "..",
                                                    ".",
                                                    "",
                                                    "etc",
                                                    "passwd",
                                                    "hooks",
                                                    "configure",
                                                    "\x1b[2J",
                                                    "a b",
                                                    "caf\xc3\xa9",
                                                    "\xff",
                                                    "..\\x",
                                                    "CON",
                                                    std::string(99, 'n')};
    std::string text = chance(6) ? "/" : "";
    for (std::uint64_t i = 0; i <= below(4); ++i) text += (i == 0 ? "" : "/") + one_of(kParts);
    return chance(8) ? text + "/" : text;
  }

  std::string content(char type) {
    if (type == 'x' || type == 'g') {
      static const std::vector<std::string> kKeys = {"path",
                                                     "linkpath",
                                                     "size",
                                                     "uid",
                                                     "GNU.sparse.name",
                                                     "GNU.sparse.major",
                                                     "hdrcharset",
                                                     "SCHILY.xattr.user.x",
                                                     "mtime"};
      return package::pax_record(one_of(kKeys), chance(2) ? name() : std::to_string(random_()));
    }
    if (type == 'L' || type == 'K') return name() + '\0';
    return std::string(below(700), 'x');
  }

  TarMember member() {
    static const std::string kTypes("000000055512346 7xgLKSDVMNXA\0", 29);
    static constexpr std::array kModes = {0644U, 0755U, 04755U, 02755U, 01777U, 0U, 07777777U};
    static const std::vector<std::string> kSizes = {"",
                                                    "",
                                                    "",
                                                    "77777777777",
                                                    "00000000001",
                                                    "-0000000001",
                                                    "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"};
    TarMember made{.name = name(), .type = one_of(kTypes), .mode = one_of(kModes)};
    made.content = content(made.type);
    made.size = one_of(kSizes);
    if (chance(3)) made.link = name();
    if (chance(3)) made.magic = "ustar  ";
    if (chance(12)) made.magic = std::string(8, '\0');
    return made;
  }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto count = argc == 3 ? parse_number(argv[1]) : std::nullopt;
  const auto seed = argc == 3 ? parse_number(argv[2]) : std::nullopt;
  if (!count || !seed) {
    std::println(stderr, "usage: hostile NUMBER SEED");
    return 2;
  }
  Attacker attacker(*seed);
  std::uint64_t taken = 0;
  std::uint64_t outside = 0;
  for (std::uint64_t i = 0; i < *count; ++i) {
    Judge judge;
    if (package::read_archive(attacker.archive(), judge)) ++taken;
    outside += judge.outside();
  }
  std::println("{} {} {}", *count, taken, outside);
  return outside == 0 ? 0 : 1;
}
