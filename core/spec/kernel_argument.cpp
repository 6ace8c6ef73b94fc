#include "core/spec/kernel_argument.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/characters.h"

namespace muster::spec {
namespace {

/// The rule that a text breaks.
std::string_view rule_for(std::string_view text) {
  if (text.empty()) return "";
  if (text.size() > 256) return "; it has at most 256 characters";
  if (text == "--" || text == "---") return "; what follows it would be no argument of the kernel";
  const bool ascii = std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7F; });
  if (!ascii) return ", of the characters of ASCII";
  if (!is_class(text[0], Class::letter | Class::digit | Class::dash | Class::underscore)) {
    return "; it begins with a letter, a digit, '-' or '_'";
  }
  return ", without blanks, quotes, '\\' and '${'";
}

}  // namespace

Result<KernelArgument> KernelArgument::parse(std::string_view text) {
  constexpr std::string_view kRefused = "\"'\\";
  const auto good = [&](char c) { return c > ' ' && c < 0x7F && !kRefused.contains(c); };
  const bool word =
      !text.empty() && text.size() <= 256 && std::ranges::all_of(text, good) &&
      is_class(text[0], Class::letter | Class::digit | Class::dash | Class::underscore);
  // Behind "--" all words are for the first process, not for the kernel; Debian's installer has
  // "---".
  if (word && !text.contains("${") && text != "--" && text != "---") {
    return KernelArgument(std::string(text));
  }
  return fail(
      std::format("'{}' is not one kernel argument", printable(text, 80)),
      std::format("write one word such as 'quiet' or 'console=ttyS0,115200'{}", rule_for(text)));
}

KernelArgument KernelArgument::profile(std::string_view name) {
  auto argument = parse(std::format("muster.profile={}", name));
  CHECK(argument);
  return std::move(*argument);
}

KernelArgument KernelArgument::image(std::string_view reference) {
  auto argument = parse(std::format("muster.image={}", reference));
  CHECK(argument);
  return std::move(*argument);
}

std::string_view KernelArgument::name() const {
  return std::string_view(text_).substr(0, text_.find('='));
}

std::vector<std::string> texts_of(std::span<const KernelArgument> arguments) {
  std::vector<std::string> texts;
  for (const KernelArgument& argument : arguments) texts.push_back(argument.text());
  return texts;
}

}  // namespace muster::spec
