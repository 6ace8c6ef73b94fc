#include "provisioning/image.h"

#include <format>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/crypto/hash.h"
#include "core/spec/rules.h"

namespace muster::provisioning {
namespace {

/// So that a sum of sizes does not begin again at zero.
constexpr std::size_t kMostImageLayers = 64;
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

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string id_of(const Image& image) {
  // No part has a line end, so no two images are the same text.
  std::string text = std::format("image {}\n", image.name);
  for (const Artefact& file : files_of(image)) text += std::format("file {}\n", file.sha256);
  for (const spec::KernelArgument& argument : image.kernel_arguments) {
    text += std::format("argument {}\n", argument.text());
  }
  return crypto::sha256(text);
}

bool is_reference(std::string_view text) {
  return text.contains('@') && spec::is_name(name_in(text)) && is_sha256(id_in(text));
}

std::string short_reference(std::string_view reference) {
  return std::string(reference.substr(0, name_in(reference).size() + 1 + kShortId));
}

std::string_view name_in(std::string_view reference) {
  return reference.substr(0, reference.find('@'));
}

std::string_view id_in(std::string_view reference) {
  const auto at = reference.find('@');
  return at == std::string_view::npos ? std::string_view() : reference.substr(at + 1);
}

std::string blob_url(std::string_view sha256) { return std::format("/blob/{}", sha256); }

std::vector<Artefact> files_of(const Image& image) {
  std::vector<Artefact> files = {image.kernel, image.initrd};
  files.insert(files.end(), image.layers.begin(), image.layers.end());
  return files;
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
    if (!is_sha256(artefact.sha256)) return fail(std::format("'{}' has no SHA-256", artefact.path));
    return artefact;
  } catch (const nlohmann::json::exception& error) {
    return fail(std::format("not a file entry: {}", printable(error.what())));
  }
}

nlohmann::json to_json(const Artefact& artefact) {
  return {{"file", artefact.path}, {"size", artefact.size.count}, {"sha256", artefact.sha256}};
}

nlohmann::json to_json(const Image& image) {
  nlohmann::json layers = nlohmann::json::array();
  for (const Artefact& layer : image.layers) layers.push_back(to_json(layer));
  return {{"name", image.name},
          {"kernel", to_json(image.kernel)},
          {"initrd", to_json(image.initrd)},
          {"layers", std::move(layers)},
          {"kernel_arguments", spec::texts_of(image.kernel_arguments)}};
}

Result<Image> parse_image(std::string_view text) {
  try {
    const nlohmann::json value = nlohmann::json::parse(text);
    Image image{.name = value.at("name").get<std::string>()};
    TRY_ASSIGN(image.kernel, parse_artefact(value.at("kernel")));
    TRY_ASSIGN(image.initrd, parse_artefact(value.at("initrd")));
    if (value.at("layers").size() > kMostImageLayers) return fail("the image has too many layers");
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
