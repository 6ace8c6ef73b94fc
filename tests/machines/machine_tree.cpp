#include "tests/machines/machine_tree.h"

#include <algorithm>
#include <format>
#include <fstream>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::testing {
namespace {

namespace fs = std::filesystem;

/// The numbers of "0-3,8".
Result<std::vector<std::string>> parse_range(std::string_view text) {
  constexpr std::uint64_t kMost = 100'000;
  std::vector<std::string> numbers;
  for (const std::string& part : split(text, ',')) {
    const auto ends = split(part, '-');
    const auto first = ends.empty() ? std::nullopt : parse_number(ends.front());
    const auto last = ends.size() > 2 ? std::nullopt : parse_number(ends.back());
    if (!first || !last || *first > *last || *last > kMost) {
      return fail(std::format("'[{}]' is no list of numbers", text));
    }
    for (std::uint64_t number = *first; number <= *last; ++number) {
      numbers.push_back(std::to_string(number));
    }
  }
  return numbers;
}

/// "cpu[0-1]/online" as the names of two files.
Result<std::vector<std::string>> expand(std::string_view path) {
  const std::size_t open = path.find('[');
  const std::size_t close = path.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) {
    return std::vector<std::string>{std::string(path)};
  }
  TRY_ASSIGN(const auto numbers, parse_range(path.substr(open + 1, close - open - 1)));
  TRY_ASSIGN(const auto rests, expand(path.substr(close + 1)));
  std::vector<std::string> names;
  for (const std::string& number : numbers) {
    for (const std::string& rest : rests) {
      names.push_back(std::string(path.substr(0, open)) + number + rest);
    }
  }
  return names;
}

/// A file's content: \n, \t, \\ and \xNN stand for what C has them stand for.
Result<std::string> content_of(std::string_view text) {
  std::string content;
  while (!text.empty()) {
    const bool escape = text[0] == '\\' && text.size() > 1;
    const char next = escape ? text[1] : '\0';
    if (!escape) {
      content += text[0];
    } else if (next == 'x' && text.size() >= 4) {
      content += static_cast<char>(std::stoi(std::string(text.substr(2, 2)), nullptr, 16));
      text.remove_prefix(2);
    } else if (next == 'n' || next == 't' || next == '\\') {
      content += next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
    } else {
      return fail(std::format("'\\{}' stands for nothing", next));
    }
    text.remove_prefix(escape ? 2 : 1);
  }
  return content + "\n";
}

Status unpack_line(const fs::path& root, std::string_view line) {
  const std::string_view path = line.substr(0, line.find(' '));
  std::string_view value = line.substr(std::min(line.size(), path.size() + 1));
  const fs::path relative(path);
  if (path.empty() || relative.is_absolute() || path.contains("..")) {
    return fail(std::format("'{}' is no path below the machine's root", path));
  }
  TRY_ASSIGN(const auto names, expand(path));
  constexpr std::string_view kLink = "-> ";
  for (const std::string& name : names) {
    if (value.starts_with(kLink)) {
      TRY(os::make_directory((root / name).parent_path()));
      TRY(os::write_symlink(root / name, value.substr(kLink.size())));
      continue;
    }
    TRY_ASSIGN(const std::string content, content_of(value));
    // Not os::write_file: thousands of files would be synced to a disk one by one.
    TRY(os::make_directory((root / name).parent_path()));
    std::ofstream(root / name) << content;
  }
  return {};
}

Status unpack_text(const fs::path& root, std::string_view text) {
  std::size_t number = 0;
  for (const std::string& line : lines(text)) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    if (Status done = unpack_line(root, line); !done) {
      return wrap(std::format("tree.txt, line {}", number), std::move(done).error());
    }
  }
  return {};
}

}  // namespace

fs::path machine_folder(const std::string& name) {
  return fs::path(MUSTER_SOURCE) / "tests/fixtures/machines" / name;
}

Result<std::vector<std::string>> machine_names() {
  TRY_ASSIGN(std::vector<std::string> names, os::list_directory(machine_folder("")));
  std::erase_if(names, [](const auto& name) { return !fs::is_directory(machine_folder(name)); });
  if (names.empty()) return fail("tests/fixtures/machines has no machine");
  return names;
}

Result<os::TemporaryDirectory> unpack_machine(const std::string& name) {
  const fs::path folder = machine_folder(name);
  TRY_ASSIGN(os::TemporaryDirectory root, os::TemporaryDirectory::make("muster-machine"));
  for (const char* part : {"sys", "proc", "dev"}) {
    if (!fs::exists(folder / part)) continue;
    fs::copy(folder / part, root.path() / part,
             fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
  if (fs::exists(folder / "tree.txt")) {
    TRY_ASSIGN(const std::string text, os::read_file(folder / "tree.txt"));
    TRY(unpack_text(root.path(), text));
  }
  if (!fs::exists(root.path() / "sys")) return fail(std::format("machine '{}' has no /sys", name));
  return root;
}

Result<nlohmann::json> read_expected(const std::string& name) {
  TRY_ASSIGN(const std::string text, os::read_file(machine_folder(name) / "expected.json"));
  nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
  if (!value.is_object()) return fail(std::format("{}/expected.json is no JSON object", name));
  return value;
}

}  // namespace muster::testing
