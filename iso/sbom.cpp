#include "iso/sbom.h"

#include <algorithm>
#include <format>

#include <nlohmann/json.hpp>

namespace muster::iso {
namespace {

using Json = nlohmann::ordered_json;

Json file_json(const MediumFile& file) {
  return Json{{"file", file.file}, {"size", file.size}, {"sha256", file.sha256}};
}

}  // namespace

std::string render_package_list(const std::vector<LayerContents>& layers) {
  std::string text = "# layer package version architecture source source-version\n";
  for (const auto& layer : layers) {
    for (const auto& package : layer.packages) {
      text += std::format("{} {} {} {} {} {}\n", layer.layer, package.name, package.version,
                          package.architecture, package.source, package.source_version);
    }
  }
  return text;
}

std::string render_image_manifest(const ImageManifest& manifest) {
  Json json{{"name", manifest.name},
            {"kernel", file_json(manifest.kernel)},
            {"initrd", manifest.initrd ? file_json(*manifest.initrd) : Json()},
            {"layers", Json::array()},
            {"kernel_arguments", manifest.kernel_arguments}};
  for (const auto& layer : manifest.layers) json["layers"].push_back(file_json(layer));
  return json.dump(2) + "\n";
}

std::string render_checksums(std::vector<MediumFile> files) {
  std::ranges::sort(files, {}, &MediumFile::file);
  std::string text;
  for (const auto& file : files) text += std::format("{}  {}\n", file.sha256, file.file);
  return text;
}

}  // namespace muster::iso
