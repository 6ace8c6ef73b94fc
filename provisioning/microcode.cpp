#include "provisioning/microcode.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

/// More than any vendor has: a list in memory and in nginx.conf stays short.
constexpr std::size_t kMostFiles = 2000;

std::uint32_t number_member(const nlohmann::json& value, const char* name) {
  const nlohmann::json& number = value.at(name);
  if (!number.is_number_unsigned() || number.get<std::uint64_t>() > 0xFFFF) {
    throw nlohmann::json::other_error::create(501, std::string(name) + " is not a small number",
                                              &value);
  }
  return number.get<std::uint32_t>();
}

Result<MicrocodeFile> parse_file(const nlohmann::json& value) {
  MicrocodeFile file;
  TRY_ASSIGN(file.file, parse_artefact(value));
  file.vendor = value.at("vendor").get<std::string>();
  for (const nlohmann::json& kind : value.at("processors")) {
    file.processors.push_back({.family = number_member(kind, "family"),
                               .model = number_member(kind, "model"),
                               .stepping = number_member(kind, "stepping")});
  }
  return file;
}

/// The hash of the file with all of a vendor; empty when there is none.
std::string whole_vendor(std::span<const MicrocodeFile> files, std::string_view vendor) {
  const auto found = std::ranges::find_if(
      files, [&](const auto& file) { return file.vendor == vendor && file.processors.empty(); });
  return found == files.end() ? std::string() : found->file.sha256;
}

}  // namespace

Result<std::vector<MicrocodeFile>> parse_microcode(std::string_view text) {
  try {
    const nlohmann::json value = nlohmann::json::parse(text);
    std::vector<MicrocodeFile> files;
    for (const nlohmann::json& entry : value.at("files")) {
      if (files.size() == kMostFiles) return fail("the list of microcode is too long");
      TRY_ASSIGN(MicrocodeFile file, parse_file(entry));
      files.push_back(std::move(file));
    }
    return files;
  } catch (const nlohmann::json::exception& error) {
    return fail("the list of microcode is damaged: " + printable(error.what()),
                "build the ISO again");
  }
}

MicrocodeChoice choose_microcode(std::span<const MicrocodeFile> files,
                                 const std::optional<Processor>& processor) {
  if (!processor) {
    VendorMicrocode both{.amd = whole_vendor(files, "AuthenticAMD"),
                         .intel = whole_vendor(files, "GenuineIntel")};
    if (both.amd.empty() || both.intel.empty()) return {};
    return both;
  }
  const ProcessorKind kind{
      .family = processor->family, .model = processor->model, .stepping = processor->stepping};
  for (const MicrocodeFile& file : files) {
    if (file.vendor == processor->vendor && std::ranges::contains(file.processors, kind)) {
      return file.file.sha256;
    }
  }
  return {};
}

}  // namespace muster::provisioning
