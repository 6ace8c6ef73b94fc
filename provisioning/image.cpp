#include "provisioning/image.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace muster::provisioning {
namespace {

/// A PiB: more than any layer has, and so little that a sum of sizes does not begin again at zero.
constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 50U;

bool stays_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/')) return false;
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part.starts_with('.')) return false;
  }
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
  return path.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Bytes Image::size() const {
  Bytes total;
  for (const Artefact& layer : layers) total.count += layer.size.count;
  return total;
}

Result<Artefact> parse_artefact(const nlohmann::json& value) {
  try {
    // Checked as JSON: nlohmann's get would make a huge number of -1 and any number of 1e300.
    const nlohmann::json& size = value.at("size");
    if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kMaxSize) {
      return fail(std::format("'size' is not a number of bytes up to {}", kMaxSize));
    }
    Artefact artefact{.path = value.at("file").get<std::string>(),
                      .size = Bytes{size.get<std::uint64_t>()},
                      .sha256 = value.at("sha256").get<std::string>()};
    if (!stays_inside(artefact.path)) {
      return fail(
          std::format("path '{}' is not a plain path in the ISO", printable(artefact.path)));
    }
    const bool digest = artefact.sha256.size() == 64 &&
                        artefact.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!digest) return fail(std::format("'{}' has no SHA-256", artefact.path));
    return artefact;
  } catch (const nlohmann::json::exception& error) {
    return fail(std::format("not a file entry: {}", printable(error.what())));
  }
}

nlohmann::json to_json(const Artefact& artefact) {
  return {{"file", artefact.path}, {"size", artefact.size.count}, {"sha256", artefact.sha256}};
}

Result<Image> parse_image(std::string_view text) {
  try {
    const nlohmann::json value = nlohmann::json::parse(text);
    Image image{.name = value.at("name").get<std::string>()};
    TRY_ASSIGN(image.kernel, parse_artefact(value.at("kernel")));
    TRY_ASSIGN(image.initrd, parse_artefact(value.at("initrd")));
    for (const nlohmann::json& layer : value.at("layers")) {
      TRY_ASSIGN(Artefact artefact, parse_artefact(layer));
      image.layers.push_back(std::move(artefact));
    }
    for (const auto& word : value.at("kernel_arguments").get<std::vector<std::string>>()) {
      TRY_ASSIGN(auto argument, spec::KernelArgument::parse(word));
      image.kernel_arguments.push_back(std::move(argument));
    }
    return image;
  } catch (const nlohmann::json::exception& error) {
    return fail(std::format("image manifest is damaged: {}", printable(error.what())),
                "build the ISO again");
  }
}

}  // namespace muster::provisioning
