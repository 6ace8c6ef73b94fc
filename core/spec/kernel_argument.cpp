#include "core/spec/kernel_argument.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/spec/characters.h"

namespace muster::spec {

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
  return fail(std::format("'{}' is not one kernel argument", printable(text, 80)),
              "write one word such as 'quiet' or 'console=ttyS0,115200', without blanks, quotes, "
              "'\\' and '${'");
}

KernelArgument KernelArgument::profile(std::string_view name) {
  auto argument = parse(std::format("muster.profile={}", name));
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
