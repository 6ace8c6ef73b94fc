#include "provisioning/catalogue.h"

#include <algorithm>
#include <format>
#include <tuple>

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/json/members.h"
#include "core/os/files.h"
#include "core/spec/rules.h"

namespace muster::provisioning {
namespace {

namespace fs = std::filesystem;
using json::Value;

/// Of an id's beginning that stands for the whole.
constexpr std::size_t kFewestDigits = 6;
/// The year 2200, in milliseconds.
constexpr std::uint64_t kLatest = 7'258'118'400'000;
constexpr std::size_t kLongestOrigin = 4096;

bool is_before(const KeptImage& a, const KeptImage& b) {
  const auto key = [](const KeptImage& image) {
    return std::tuple(std::string_view(image.image.name), !image.is_of_medium(), -image.added_ms,
                      std::string_view(image.id));
  };
  return key(a) < key(b);
}

Result<Image> read_image(const fs::path& manifest) {
  TRY_ASSIGN(const std::string text, os::read_plain_file(manifest));
  TRY_ASSIGN(Image image, parse_image(text));
  if (spec::is_name(image.name)) return image;
  return fail(std::format("'{}' is no name of an image", printable(image.name)));
}

Result<KeptImage> read_medium_image(const fs::path& medium, const std::string& name) {
  TRY_ASSIGN(Image image, read_image(medium / "muster/image" / name / "manifest.json"));
  if (image.name != name) {
    return fail(std::format("its manifest is that of '{}'", printable(image.name)),
                "build the ISO again");
  }
  std::string id = id_of(image);
  return KeptImage{.image = std::move(image), .id = std::move(id)};
}

/// Errors: a file of the image is not there, or has another size.
Status check_files(const Image& image, const fs::path& place) {
  for (const Artefact& file : files_of(image)) {
    if (os::is_missing(place / file.path)) {
      return fail(std::format("its file '{}' is missing", file.path));
    }
    TRY_ASSIGN(const os::FileState state, os::read_state(place / file.path));
    if (!state.is_plain || state.size != file.size.count) {
      return fail(std::format("its file '{}' has another size", file.path));
    }
  }
  return {};
}

/// Another user may not put a medium of theirs in its place. A link leads to what somebody else
/// made, and counts as that.
bool is_roots(const fs::path& medium) {
  std::error_code unreadable;
  const fs::path place = fs::canonical(medium, unreadable);
  if (unreadable) return true;  // A head may have none.
  const auto state = os::read_state(place);
  return state && state->is_directory && state->mode.uid == 0;
}

void read_medium(Catalogue& catalogue, const fs::path& medium) {
  const auto names = os::list_directory(medium / "muster/image");
  if (!names) return catalogue.problems.push_back(names.error());
  for (const std::string& name : *names) {
    if (os::is_missing(medium / "muster/image" / name / "manifest.json")) continue;
    auto image = read_medium_image(medium, name);
    if (image) {
      catalogue.images.push_back(std::move(*image));
    } else {
      catalogue.damaged.emplace(name, std::move(image).error());
    }
  }
}

/// What lacks a file of the medium, and was not added as well, cannot be used.
void leave_out_damaged(Catalogue& catalogue) {
  std::erase_if(catalogue.images, [&](const KeptImage& kept) {
    if (kept.is_kept) return false;
    Status whole = check_files(kept.image, catalogue.medium);
    if (whole) return false;
    catalogue.damaged.emplace(kept.image.name, std::move(whole).error());
    return true;
  });
}

Result<KeptImage> parse_kept_image(std::string_view text) {
  TRY_ASSIGN(const Value value, json::parse_object(text));
  json::Problems problems;
  json::Members members(value, problems);
  KeptImage kept{.image = {},
                 .id = {},
                 .source = KeptImage::Source::added,
                 .is_kept = true,
                 .origin = members.text("origin", kLongestOrigin),
                 .added_ms = static_cast<std::int64_t>(members.number("added_ms", 1, kLatest))};
  TRY(problems.status());
  const auto image = value.find("image");
  if (image == value.end()) return fail("member 'image' is missing");
  TRY_ASSIGN(kept.image, parse_image(image->dump()));
  if (!spec::is_name(kept.image.name)) return fail("its name is no name of an image");
  kept.id = id_of(kept.image);
  return kept;
}

Result<KeptImage> read_record(const fs::path& directory, const std::string& id) {
  TRY_ASSIGN(const std::string text, os::read_plain_file(directory / "image" / (id + ".json")));
  TRY_ASSIGN(KeptImage image, parse_kept_image(text));
  if (id != image.id) return fail("its content is that of another image");
  return image;
}

/// The ids of all that was added.
Result<std::vector<std::string>> list_records(const fs::path& directory) {
  constexpr std::string_view kEnd = ".json";
  TRY_ASSIGN(const auto files, os::list_directory(directory / "image"));
  std::vector<std::string> ids;
  for (const std::string& file : files) {
    if (file.ends_with(kEnd)) ids.push_back(file.substr(0, file.size() - kEnd.size()));
  }
  return ids;
}

void add_added(Catalogue& catalogue, KeptImage image) {
  const auto same = std::ranges::find(catalogue.images, image.id, &KeptImage::id);
  if (same == catalogue.images.end()) {
    catalogue.images.push_back(std::move(image));
  } else {
    same->is_kept = true;
  }
}

void read_added(Catalogue& catalogue, const fs::path& directory) {
  auto all = list_added_images(directory);
  if (!all) return catalogue.problems.push_back(all.error());
  for (AddedImage& added : *all) {
    if (added.image) {
      add_added(catalogue, *std::move(added.image));
      continue;
    }
    catalogue.problems.push_back(
        {.message =
             std::format("the added image {} cannot be used: {}",
                         printable(added.id.substr(0, kShortId)), added.image.error().message),
         .hint = "'muster image add' with the ISO that it came from makes it whole again; 'muster "
                 "image remove' takes it away"});
  }
}

void take_choice(Catalogue& catalogue, const fs::path& directory) {
  auto chosen = read_chosen(directory);
  if (!chosen) return catalogue.problems.push_back(chosen.error());
  for (const auto& [name, id] : *chosen) {
    const KeptImage* const image = catalogue.find_by_id(id);
    if (image != nullptr && image->image.name == name) {
      catalogue.chosen.emplace(name, id);
      continue;
    }
    catalogue.problems.push_back(
        {.message = std::format("image '{}' shall be {}, which this head does not have", name,
                                id.substr(0, kShortId)),
         .hint = std::format("add it again, or choose another: 'muster image set {} ID'", name)});
  }
}

Result<std::vector<MicrocodeFile>> read_microcode(const fs::path& medium) {
  const auto manifest = medium / "muster/microcode/manifest.json";
  if (os::is_missing(manifest)) return {};
  TRY_ASSIGN(const std::string text, os::read_plain_file(manifest));
  return parse_microcode(text);
}

}  // namespace

const KeptImage* Catalogue::find_by_name(std::string_view name) const {
  if (const auto choice = chosen.find(name); choice != chosen.end()) {
    return find_by_id(choice->second);
  }
  const auto own = std::ranges::find_if(images, [&](const KeptImage& kept) {
    return kept.is_of_medium() && kept.image.name == name;
  });
  return own == images.end() ? nullptr : &*own;
}

const KeptImage* Catalogue::find_by_id(std::string_view id) const {
  const auto found = std::ranges::find(images, id, &KeptImage::id);
  return found == images.end() ? nullptr : &*found;
}

const KeptImage* Catalogue::find_by_reference(std::string_view reference) const {
  const KeptImage* const found = find_by_id(id_in(reference));
  return found != nullptr && found->image.name == name_in(reference) ? found : nullptr;
}

bool is_still_there(const Catalogue& catalogue, const KeptImage& kept) {
  return !kept.is_kept || kept.is_of_medium() ||
         !os::is_missing(catalogue.directory / "image" / (kept.id + ".json"));
}

bool is_named(std::string_view word, std::string_view name, std::string_view id) {
  if (word == name) return true;
  if (word.contains('@')) {
    if (name_in(word) != name) return false;
    word = id_in(word);
  }
  return word.size() >= kFewestDigits && id.starts_with(word);
}

Catalogue read_catalogue(const fs::path& medium, const fs::path& directory) {
  Catalogue catalogue{.images = {}, .medium = medium, .directory = directory};
  if (is_roots(medium)) {
    read_medium(catalogue, medium);
    catalogue.microcode = read_microcode(medium);
  } else {
    catalogue.problems.push_back(
        {.message = std::format("'{}' is not root's: its images are not used", medium.string()),
         .hint = "look who made it; mount the ISO there"});
  }
  read_added(catalogue, directory);
  leave_out_damaged(catalogue);
  std::ranges::sort(catalogue.images, is_before);
  take_choice(catalogue, directory);
  return catalogue;
}

Result<std::vector<KeptImage>> read_foreign_images(const fs::path& medium) {
  Catalogue catalogue{.images = {}, .medium = medium};
  read_medium(catalogue, medium);
  if (!catalogue.images.empty()) return std::move(catalogue.images);
  for (const auto& [name, why] : catalogue.damaged) {
    return fail(std::format("its image '{}' cannot be used: {}", printable(name, 64), why.message),
                why.hint);
  }
  return fail(ErrorKind::absent, "it has no images of nodes",
              "name an ISO that 'muster iso build' made");
}

Result<std::vector<AddedImage>> list_added_images(const fs::path& directory) {
  TRY_ASSIGN(const auto ids, list_records(directory));
  std::vector<AddedImage> all;
  for (const std::string& id : ids) {
    AddedImage added{.id = id, .name = {}, .image = read_record(directory, id)};
    if (added.image) {
      added.name = added.image->image.name;
      Status whole = check_files(added.image->image, directory);
      if (!whole) added.image = std::unexpected(std::move(whole).error());
    }
    all.push_back(std::move(added));
  }
  return all;
}

std::string render_kept_image(const KeptImage& image) {
  const Value value = {
      {"image", to_json(image.image)}, {"origin", image.origin}, {"added_ms", image.added_ms}};
  return value.dump(2, ' ', false, Value::error_handler_t::replace) + "\n";
}

Result<ChosenImages> read_chosen(const fs::path& directory) {
  const auto file = directory / "chosen.json";
  if (os::is_missing(file)) return ChosenImages();
  TRY_ASSIGN(const std::string text, os::read_plain_file(file));
  const Value value = Value::parse(text, nullptr, false);
  const auto damaged = [&] {
    return fail(std::format("'{}' is damaged: nodes boot the images of the ISO", file.string()),
                "remove it, and choose again with 'muster image set'");
  };
  if (!value.is_object() || !value.contains("images") || !value["images"].is_object()) {
    return damaged();
  }
  ChosenImages chosen;
  for (const auto& [name, id] : value["images"].items()) {
    if (!spec::is_name(name) || !id.is_string() || !is_sha256(id.get<std::string>())) {
      return damaged();
    }
    chosen.emplace(name, id.get<std::string>());
  }
  return chosen;
}

std::string render_chosen(const ChosenImages& chosen) {
  Value images = Value::object();
  for (const auto& [name, id] : chosen) images[name] = id;
  return Value{{"images", std::move(images)}}.dump(2) + "\n";
}

}  // namespace muster::provisioning
