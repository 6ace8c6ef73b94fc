#include "iso/inspect/tree.h"

#include <array>
#include <format>
#include <optional>
#include <utility>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::inspect {
namespace {

namespace fs = std::filesystem;

/// "rwsr-xr-t" as bits; none when it is something else.
std::optional<unsigned> parse_mode(std::string_view letters) {
  static constexpr std::string_view kLetters = "rwxrwxrwx";
  static constexpr std::array<std::pair<char, unsigned>, 3> kSpecial = {
      {{'s', 04000}, {'s', 02000}, {'t', 01000}}};
  unsigned mode = 0;
  for (std::size_t at = 0; at < kLetters.size(); ++at) {
    const unsigned bit = 0400U >> at;
    const char letter = letters[at];
    if (letter == '-') continue;
    if (letter == kLetters[at]) {
      mode |= bit;
      continue;
    }
    const auto [special, special_bit] = kSpecial[at / 3];
    const bool is_both = letter == special;
    if (at % 3 != 2 || (!is_both && letter != special - 'a' + 'A')) return std::nullopt;
    mode |= special_bit | (is_both ? bit : 0U);
  }
  return mode;
}

/// Takes the next word from the front of a line.
std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

/// Sets path and target by the end of a line, which begins with the name of the tree.
bool read_path(std::string_view text, TreeEntry& entry) {
  if (entry.type == 'l') {
    static constexpr std::string_view kArrow = " -> ";
    const auto arrow = text.find(kArrow);
    if (arrow == std::string_view::npos) return false;
    entry.target = text.substr(arrow + kArrow.size());
    text = text.substr(0, arrow);
  }
  const auto slash = text.find('/');
  entry.path = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  return true;
}

/// "-rwsr-xr-x 0/42    311 2026-11-17 10:10 squashfs-root/usr/bin/x"; a device has its numbers in
/// place of a size: "1,  3" or "10,200".
std::optional<TreeEntry> parse_entry(std::string_view line) {
  static constexpr std::size_t kLetters = 10;
  if (line.size() < kLetters) return std::nullopt;
  TreeEntry entry{.type = line.front()};
  const auto mode = parse_mode(line.substr(1, kLetters - 1));
  line.remove_prefix(kLetters);
  const auto owners = split(take_word(line), '/');
  auto size = take_word(line);
  if (size.ends_with(',')) size = take_word(line);
  size.remove_prefix(std::min(size.find(',') + 1, size.size()));
  const auto bytes = parse_number(size);
  take_word(line);
  const bool has_time = !take_word(line).empty() && line.starts_with(' ');
  if (!mode || owners.size() != 2 || !bytes || !has_time) return std::nullopt;
  const auto owner = parse_number(owners[0]);
  const auto group = parse_number(owners[1]);
  if (!owner || !group) return std::nullopt;
  entry.mode = *mode;
  entry.owner = static_cast<std::uint32_t>(*owner);
  entry.group = static_cast<std::uint32_t>(*group);
  entry.size = *bytes;
  if (!read_path(line.substr(1), entry)) return std::nullopt;
  return entry;
}

/// The words of unsquashfs(1) before the tree's file and what is asked of it.
std::vector<std::string> unsquashfs(const Tree& tree, std::vector<std::string> words) {
  words.insert(words.begin(), {"unsquashfs", "-no-wildcards", "-o", std::to_string(tree.offset)});
  return words;
}

}  // namespace

Result<std::vector<TreeEntry>> parse_tree_listing(std::string_view text) {
  std::vector<TreeEntry> entries;
  for (const auto& line : lines(text)) {
    auto entry = parse_entry(line);
    if (!entry) return fail(std::format("'{}' describes no file", printable(line)));
    entries.push_back(std::move(*entry));
  }
  return entries;
}

Result<std::vector<TreeEntry>> list_tree(os::CommandRunner& runner, const Tree& tree) {
  static constexpr auto kFile = "%M %U/%G %s %TY-%Tm-%Td %TH:%TM tree/%P\n";
  static constexpr auto kLink = "%M %U/%G %s %TY-%Tm-%Td %TH:%TM tree/%P -> %l\n";
  const os::Command command{.argv = tree.kind == Tree::Kind::squashfs
                                        ? unsquashfs(tree, {"-lln", tree.path.string()})
                                        : std::vector<std::string>{"find", tree.path.string(),
                                                                   "-type", "l", "-printf", kLink,
                                                                   "-o", "-printf", kFile}};
  TRY_ASSIGN(const auto text, os::run_checked(runner, command));
  return parse_tree_listing(text);
}

Result<std::string> read_tree_file(os::CommandRunner& runner, const Tree& tree,
                                   const std::string& path) {
  if (tree.kind == Tree::Kind::directory) return os::read_file(tree.path / path);
  return os::run_checked(runner, {.argv = unsquashfs(tree, {"-cat", tree.path.string(), path})});
}

Status unpack_folder(os::CommandRunner& runner, const Tree& tree, const std::string& folder,
                     const fs::path& to) {
  os::Command command;
  if (tree.kind == Tree::Kind::directory) {
    TRY(os::make_directory((to / folder).parent_path()));
    command.argv = {"cp", "-a", "--", (tree.path / folder).string(), (to / folder).string()};
  } else {
    command.argv =
        unsquashfs(tree, {"-q", "-n", "-f", "-d", to.string(), tree.path.string(), folder});
  }
  TRY(os::run_checked(runner, command));
  return {};
}

}  // namespace muster::inspect
