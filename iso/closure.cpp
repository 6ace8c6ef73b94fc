#include "iso/closure.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <optional>
#include <ranges>

#include "core/base/text.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "iso/package_status.h"

namespace muster::iso {
namespace {

/// What is in every base besides its lists: mmdebstrap(1), --variant=minbase.
constexpr std::array kBootstrap = {"?essential", "?priority(required)", "apt"};

constexpr std::size_t kShownConflicts = 8;

/// apt writes a colon in the name of a file as "%3a".
std::string decode(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto code =
        text.starts_with('%') && text.size() > 2 ? parse_hex(text.substr(1, 2)) : std::nullopt;
    plain += code ? static_cast<char>(*code) : text.front();
    text.remove_prefix(code ? 3 : 1);
  }
  return plain;
}

/// "htop_3.4.1-5_amd64.deb 171604 SHA256:0a1b…"
std::optional<ArchivePackage> parse_file(std::string_view text) {
  static constexpr std::string_view kHash = "SHA256:";
  static constexpr std::size_t kDigits = 64;
  const auto fields = words(text);
  if (fields.size() != 3 || !fields[2].starts_with(kHash)) return std::nullopt;
  const auto names = split(fields[0], '_');
  const auto hash = fields[2].substr(kHash.size());
  if (names.size() != 3 || hash.size() != kDigits) return std::nullopt;
  return ArchivePackage{.name = names[0], .version = decode(names[1]), .sha256 = hash};
}

bool is_of_this_machine(std::string_view address) {
  return address.starts_with("file:") || address.starts_with("copy:") || address.starts_with('/');
}

/// What apt is asked to install at once: the layer on those below it.
std::vector<std::string> wanted(const std::vector<LayerPlan>& layers, const LayerPlan& layer) {
  std::vector<std::string> names(kBootstrap.begin(), kBootstrap.end());
  const auto add = [&](const LayerPlan& one) {
    names.insert(names.end(), one.packages.begin(), one.packages.end());
    for (const auto& deb : one.debs) names.push_back(std::filesystem::absolute(deb.path).string());
  };
  for (const auto& lower : layer.lower) add(layer_named(layers, lower));
  add(layer);
  return names;
}

Result<Announced> resolve(os::CommandRunner& runner, const AptIndex& index,
                          const std::vector<LayerPlan>& layers, const LayerPlan& layer) {
  const bool is_fetched_only = layer.kind == LayerKind::microcode;
  auto arguments = is_fetched_only ? download_arguments(index, layer.packages)
                                   : install_arguments(index, wanted(layers, layer));
  // apt would name MD5 where the archive has it.
  arguments.insert(arguments.end(), {"--print-uris", "-oAcquire::ForceHash=SHA256"});
  TRY_ASSIGN(const auto done, runner.run({.argv = std::move(arguments)}));
  if (done.status == 0) return parse_uris(done.out, index.debian);
  return fail(std::format("the packages of layer '{}' cannot be installed together: {}", layer.name,
                          join(parse_conflicts(done.out, done.err), "; ")),
              "change the packages in cluster.yaml, or the archives that apt uses");
}

bool has(const Closures& closures, const std::string& layer, const InstalledPackage& package) {
  const auto closure = closures.find(layer);
  return closure != closures.end() &&
         std::ranges::any_of(closure->second, [&](const ArchivePackage& one) {
           return one.name == package.name && one.version == package.version;
         });
}

}  // namespace

std::vector<std::string> parse_conflicts(std::string_view out, std::string_view err) {
  static constexpr std::string_view kError = "E: ";
  std::vector<std::string> reasons;
  bool is_list = false;
  for (const auto& line : lines(out)) {
    if (is_list && line.starts_with(' ')) reasons.push_back(printable(trim(line)));
    if (line.ends_with("have unmet dependencies:")) is_list = true;
  }
  for (const auto& line : lines(err)) {
    if (reasons.empty() && line.starts_with(kError)) {
      reasons.push_back(printable(line.substr(kError.size())));
    }
  }
  if (reasons.empty()) reasons.emplace_back("apt-get does not say why");
  if (reasons.size() > kShownConflicts) reasons.resize(kShownConflicts);
  return reasons;
}

Result<Announced> parse_uris(std::string_view text, const std::vector<std::string>& debian) {
  Announced announced;
  for (const auto& line : lines(text)) {
    // apt-get writes what it does before.
    if (!line.starts_with('\'')) continue;
    const auto end = line.find("' ");
    if (end == std::string::npos) return fail(std::format("apt-get says '{}'", printable(line)));
    const auto address = std::string_view(line).substr(1, end - 1);
    if (is_of_this_machine(address)) continue;
    auto package = parse_file(std::string_view(line).substr(end + 2));
    if (!package) {
      return fail(std::format("apt-get names no SHA-256 in '{}'", printable(line)),
                  "the archive has an index without SHA256: use another mirror");
    }
    if (std::ranges::none_of(debian, [&](const auto& one) { return address.starts_with(one); })) {
      announced.of_others.insert(package->name);
    }
    announced.closure.push_back(std::move(*package));
  }
  std::ranges::sort(announced.closure);
  return announced;
}

Status resolve_layers(os::CommandRunner& runner, const AptIndex& index,
                      const std::vector<LayerPlan>& layers, PlanInputs& inputs) {
  for (const auto& layer : layers) {
    TRY_ASSIGN(auto announced, resolve(runner, index, layers, layer));
    inputs.closures[layer.name] = std::move(announced.closure);
    inputs.of_others.merge(announced.of_others);
  }
  return {};
}

Closure own_closure(const LayerPlan& layer, const Closures& closures) {
  Closure own;
  const auto all = closures.find(layer.name);
  if (all == closures.end()) return own;
  for (const auto& package : all->second) {
    const bool is_below = std::ranges::any_of(layer.lower, [&](const auto& name) {
      const auto lower = closures.find(name);
      return lower != closures.end() && std::ranges::binary_search(lower->second, package);
    });
    if (!is_below) own.push_back(package);
  }
  return own;
}

Result<std::vector<std::filesystem::path>> find_changed_downloads(
    const std::filesystem::path& folder, const Closure& closure) {
  std::map<std::pair<std::string, std::string>, std::string> announced;
  for (const auto& [name, version, sha256] : closure) announced[{name, version}] = sha256;
  TRY_ASSIGN(const auto files, os::list_directory(folder));
  std::vector<std::filesystem::path> changed;
  for (const auto& file : files) {
    const auto words = split(file, '_');
    if (words.size() != 3 || !file.ends_with(".deb")) continue;
    const auto known = announced.find({words[0], decode(words[1])});
    if (known == announced.end()) continue;
    TRY_ASSIGN(const auto now, os::sha256_file(folder / file));
    if (now != known->second) changed.push_back(folder / file);
  }
  return changed;
}

std::string render_closure(const Closure& closure) {
  std::string text;
  for (const auto& [name, version, sha256] : closure) {
    text += std::format("archive {} {} {}\n", name, version, sha256);
  }
  return text;
}

Status check_announced(const LayerPlan& layer, std::string_view status, const PlanInputs& inputs) {
  auto names = layer.lower;
  names.push_back(layer.name);
  std::vector<std::string> found;
  for (const auto& package : parse_dpkg_status(status)) {
    if (std::ranges::contains(inputs.debs, package.name, &DebFile::package)) continue;
    const bool is_known = std::ranges::any_of(
        names, [&](const auto& name) { return has(inputs.closures, name, package); });
    if (!is_known) found.push_back(std::format("'{}' {}", package.name, package.version));
  }
  if (found.empty()) return {};
  return fail(std::format("layer '{}' has packages that apt did not announce: {}", layer.name,
                          join(found, ", ")),
              "build again; when it is said again, report it");
}

}  // namespace muster::iso
