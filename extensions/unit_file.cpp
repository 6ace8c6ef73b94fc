#include "extensions/unit_file.h"

#include <algorithm>
#include <format>

#include "core/base/text.h"
#include "core/os/files.h"
#include "extensions/values.h"

namespace muster::extensions {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMostUnit = 64U << 10U;

/// Errors: the step names no unit; as read_unit.
Result<json> expand(const json& step, const Installed& extension) {
  const bool is_named = step.size() == 2 && step.contains("unit") && step.at("unit").is_string();
  if (!is_named) {
    return fail(ErrorKind::invalid, "a step 'unit_file' has one member, 'unit', a text");
  }
  const std::string unit = step.at("unit").get<std::string>();
  TRY_ASSIGN(std::string text, read_unit(extension.grant.name, extension.content, unit));
  return json{{"step", "file"}, {"path", unit_path(unit)}, {"content", std::move(text)}};
}

/// What is no list of steps is left as it is.
Status expand_list(json& list, const Installed& extension) {
  if (!list.is_array()) return {};
  for (json& step : list) {
    const bool is_unit_file =
        step.is_object() && step.contains("step") && step.at("step") == "unit_file";
    if (!is_unit_file) continue;
    TRY_ASSIGN(step, expand(step, extension));
  }
  return {};
}

}  // namespace

std::string unit_path(std::string_view unit) { return std::format("/etc/systemd/system/{}", unit); }

Result<std::string> read_unit(const std::string& extension, const fs::path& content,
                              std::string_view unit) {
  TRY_ASSIGN(const std::string name, kUnitName.parse(unit));
  auto text = os::read_plain_file(content / "units" / name, kMostUnit);
  if (text) {
    const std::string data = data_of(extension).string();
    return replace_all(replace_all(std::move(*text), kDirectoryWord, content.string()), kDataWord,
                       data);
  }
  return fail(ErrorKind::absent,
              std::format("the archive has no file 'units/{}' that can be read", name),
              "its author puts it there below 'content' of the project");
}

Result<json> with_unit_files(json output, const Installed& extension) {
  if (!output.is_object()) return output;
  for (const char* const place : {"node", "head"}) {
    if (output.contains(place)) TRY(expand_list(output.at(place), extension));
  }
  if (!output.contains("profiles") || !output.at("profiles").is_object()) return output;
  for (json& list : output.at("profiles")) TRY(expand_list(list, extension));
  return output;
}

Result<bool> is_unit_of(const fs::path& store, const std::string& extension, std::string_view unit,
                        std::string_view text) {
  TRY_ASSIGN(const std::vector<std::string> versions, os::list_directory(store / extension));
  for (const std::string& version : versions) {
    const fs::path content = store / extension / version / kContentDirectory;
    if (os::is_missing(content / "units" / unit)) continue;
    TRY_ASSIGN(const std::string own, read_unit(extension, content, unit));
    if (own == text) return true;
  }
  return false;
}

}  // namespace muster::extensions
