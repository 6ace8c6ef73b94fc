// image add, set, remove: which images this head has beside those of its medium, and which one of a
// name nodes boot. Root's, as apply is: whoever does this decides what all nodes run.

#include <algorithm>
#include <filesystem>
#include <format>
#include <functional>
#include <memory>
#include <optional>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "apps/muster/applied.h"
#include "apps/muster/client.h"
#include "apps/muster/commands_image.h"
#include "apps/muster/confirm.h"
#include "apps/muster/log_deed.h"
#include "apps/muster/medium_source.h"
#include "core/base/layout.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/file_system.h"
#include "core/os/files.h"
#include "core/spec/rules.h"
#include "head/facts.h"
#include "head/installed.h"
#include "head/systemctl.h"
#include "provisioning/blobs.h"
#include "provisioning/image_store.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using provisioning::AddedImage;
using provisioning::Catalogue;
using provisioning::KeptImage;
using provisioning::kImageDirectory;
namespace fs = std::filesystem;

struct ImageOptions {
  std::string source;
  /// Only the image of this name.
  std::string only;
  std::string image;
  std::string id;
  ConfirmOptions confirm;
};

/// As people are shown an image.
std::string title(const KeptImage& kept) { return provisioning::short_reference(kept.reference()); }

std::string title(const AddedImage& added) {
  return provisioning::short_reference(added.name + "@" + added.id);
}

std::optional<Failure> check_root() {
  if (geteuid() == 0) return std::nullopt;
  return Failure({.message = "only root may change what nodes boot", .hint = "run it with sudo"});
}

/// Runs the body of a verb alone: two that change the images wait for each other.
int change_images(const std::function<int(const fs::path& medium, const Catalogue& own)>& body) {
  if (const auto refused = check_root()) return report(*refused);
  const auto lock = provisioning::lock_images(kImageDirectory, [](const std::string& holder) {
    say(std::format("waiting for {}, which changes the images", printable(holder, 80)));
  });
  if (!lock) return report(lock.error());
  const auto facts = head::read_facts();
  if (!facts) return report(facts.error());
  return body(facts->medium, provisioning::read_catalogue(facts->medium));
}

/// The error, after something was done that stays.
Error after(std::string_view done, const Error& error) {
  return {.message = std::format("{}, and then: {}", done, error.message),
          .hint = error.hint,
          .kind = error.kind};
}

/// The daemon reads what nodes boot when it starts.
Status take_over() {
  os::PosixCommandRunner runner;
  TRY(head::systemctl(runner, {"restart", layout::kDaemonUnit}));
  TRY_ASSIGN(const std::optional<bool> holds, wait_until_applied(1, kApplyPatience));
  if (!holds) {
    return fail("the head has not applied its plan within five minutes",
                "'journalctl -u musterd -u muster-apply' says why");
  }
  if (*holds) return {};
  return fail("not all of the head's plan holds",
              "'muster status' says what is wrong and is tried again");
}

/// A live head has its directories in memory but for those that its state disk keeps.
void warn_of_memory() {
  const auto here = os::read_file_system(kImageDirectory);
  if (!head::is_live() || (here && here->type == "ext4")) return;
  say("this head has images in memory and forgets them when it starts anew; 'muster head keep' "
      "gives it a disk");
}

/// The images of the medium that are meant. Errors: it has none of that name.
Result<std::vector<KeptImage>> choose_foreign(const MediumSource& medium, const std::string& only) {
  TRY_ASSIGN(std::vector<KeptImage> images, medium.images());
  if (only.empty()) return images;
  std::vector<std::string> names;
  for (const KeptImage& kept : images) names.push_back(kept.image.name);
  std::erase_if(images, [&](const KeptImage& kept) { return kept.image.name != only; });
  if (!images.empty()) return images;
  return fail(ErrorKind::absent, std::format("it has no image '{}'", printable(only, 80)),
              "its images: " + join(names, ", "));
}

Status add_one(const MediumSource& medium, const KeptImage& kept, const std::string& source) {
  const auto copy = [&](const provisioning::Artefact& file, const fs::path& to) {
    say(std::format("copying {} ({})…", file.path, human(file.size)));
    return medium.copy(file, to);
  };
  return provisioning::add_image({.image = kept.image, .origin = source, .at_ms = os::now_ms()},
                                 kImageDirectory, copy);
}

json to_json(const std::vector<KeptImage>& images) {
  json list = json::array();
  for (const KeptImage& kept : images) list.push_back({{"name", kept.image.name}, {"id", kept.id}});
  return {{"images", std::move(list)}};
}

int tell_added(const std::vector<KeptImage>& added) {
  std::string text = added.empty() ? "nothing was added" : "";
  for (const KeptImage& kept : added) {
    text += std::format("added {}; 'muster image set {} {}' makes nodes boot it\n", title(kept),
                        kept.image.name, kept.id.substr(0, provisioning::kShortId));
  }
  return print_answer(to_json(added), trim(text));
}

/// What follows when images were added: machines are shown them, and one that somebody chose, and
/// that was not whole, is booted again.
Status show_added(const fs::path& medium, const Catalogue& before) {
  TRY(provisioning::publish_blobs(medium));
  const Catalogue now = provisioning::read_catalogue(medium);
  return now.chosen == before.chosen ? Status() : take_over();
}

int add_images(const ImageOptions& options, const fs::path& own_place, const Catalogue& own) {
  os::PosixCommandRunner runner;
  const auto status_of = [](const Error& error) {
    return error.kind == ErrorKind::absent ? kUsage : kFailed;
  };
  const auto medium = MediumSource::open(runner, options.source);
  if (!medium) return report(medium.error(), status_of(medium.error()));
  const auto images = choose_foreign(*medium, options.only);
  if (!images) {
    return report(wrap(options.source, images.error()).error(), status_of(images.error()));
  }
  warn_of_memory();
  std::vector<KeptImage> added;
  Status last;
  for (const KeptImage& kept : *images) {
    last = add_one(*medium, kept, options.source);
    if (!last) {
      last = std::unexpected(wrap(title(kept), last.error()).error());
      break;
    }
    added.push_back(kept);
    log_deed("image add", title(kept));
  }
  // What was added before another one failed is there.
  const Status shown = show_added(own_place, own);
  if (last && shown) return tell_added(added);
  for (const KeptImage& kept : added) say(std::format("added {}", title(kept)));
  return report(last ? after("the images were added", shown.error()) : last.error());
}

/// Errors: without a choice, nodes would have no image of this name, and a profile boots it.
Status check_iso_has(const Catalogue& own, const std::string& name) {
  const bool has = std::ranges::any_of(own.images, [&](const KeptImage& kept) {
    return kept.is_of_medium() && kept.image.name == name;
  });
  if (has) return {};
  TRY_ASSIGN(const spec::ClusterSpec spec, head::read_installed_spec());
  const bool is_booted = std::ranges::contains(spec.profiles, name, &spec::Profile::image);
  TRY_ASSIGN(const auto chosen, provisioning::read_chosen(kImageDirectory));
  if (chosen.contains(name) && !is_booted) return {};
  const auto damaged = own.damaged.find(name);
  if (damaged != own.damaged.end()) {
    return std::unexpected(
        wrap(std::format("image '{}' of this head's ISO cannot be used", name), damaged->second)
            .error());
  }
  return fail(ErrorKind::absent, std::format("the ISO of this head has no image '{}'", name),
              "'muster image list' shows the images");
}

/// The id of an image that `options` choose for a name; empty: whatever the medium has. Errors: the
/// name has no such image; several.
Result<std::string> chosen_id(const Catalogue& own, const ImageOptions& options) {
  if (options.id == provisioning::kMediumWord) {
    TRY(check_iso_has(own, options.image));
    return std::string();
  }
  std::vector<const KeptImage*> found;
  for (const KeptImage& kept : own.images) {
    const bool is_wanted =
        kept.image.name == options.image &&
        provisioning::is_named(options.image + "@" + options.id, kept.image.name, kept.id);
    if (is_wanted) found.push_back(&kept);
  }
  if (found.size() > 1) {
    return fail(std::format("the ids of several images '{}' begin with '{}'", options.image,
                            printable(options.id, 80)),
                "write more of its digits");
  }
  if (found.empty()) {
    return fail(ErrorKind::absent,
                std::format("this head has no image '{}' with an id that begins with '{}'",
                            printable(options.image, 80), printable(options.id, 80)),
                "'muster image list' shows names and ids; six digits or more");
  }
  return found.front()->is_of_medium() ? std::string() : found.front()->id;
}

int set_image(const ImageOptions& options, const fs::path& medium, const Catalogue& own) {
  if (!spec::is_name(options.image)) {
    return report(
        {.message = std::format("'{}' is no name of an image", printable(options.image, 80)),
         .hint = "'muster image list' shows names and ids"},
        kUsage);
  }
  const auto id = chosen_id(own, options);
  if (!id) return report(id.error(), kUsage);
  const Status written = provisioning::choose_image(options.image, *id, kImageDirectory);
  if (!written) return report(written.error());
  log_deed("image set", options.image + " " + options.id);
  Status taken = provisioning::publish_blobs(medium);
  if (taken) taken = take_over();
  if (!taken) return report(after("the choice is written", taken.error()));
  const std::string what =
      id->empty()
          ? std::format("the image '{}' of the head's ISO, also of the next one", options.image)
          : provisioning::short_reference(options.image + "@" + *id);
  return print_answer(
      {{"name", options.image}, {"id", *id}},
      std::format("nodes boot {} from their next start on; 'muster node reboot @outdated --rolling "
                  "10%' restarts those that run another when their jobs have ended",
                  what));
}

/// The added image that is meant. Errors: none; several.
Result<AddedImage> find_added(const std::string& word) {
  TRY_ASSIGN(std::vector<AddedImage> added, provisioning::list_added_images(kImageDirectory));
  std::erase_if(added, [&](const AddedImage& image) {
    return !provisioning::is_named(word, image.name, image.id);
  });
  if (added.size() == 1) return added.front();
  if (added.empty()) {
    return fail(ErrorKind::absent, std::format("no image '{}' was added", printable(word, 80)),
                "'muster image list' shows names and ids; an image of the ISO stays");
  }
  return fail(std::format("{} images '{}' were added", added.size(), printable(word, 80)),
              "write NAME@ID");
}

/// Errors: nodes boot the image.
Status check_unused(const Catalogue& own, const AddedImage& image) {
  const KeptImage* const booted = own.find_by_name(image.name);
  if (booted == nullptr || booted->id != image.id || booted->is_of_medium()) return {};
  return fail(std::format("nodes boot {}", title(image)),
              std::format("choose another first: 'muster image set {} iso', or the id of another",
                          image.name));
}

/// Asks before it takes the lock: a question may be answered the next day.
int remove_image(const ImageOptions& options) {
  if (const auto refused = check_root()) return report(*refused);
  const auto image = find_added(options.image);
  if (!image) return report(image.error(), kUsage);
  const std::string name = title(*image);
  const Deed deed{.what = std::format("remove image {}", name),
                  .consequence = "nodes that run it go on, and boot another at their next start",
                  .answer = {{"name", image->name}, {"id", image->id}}};
  const auto remove = [&](const fs::path& medium, const Catalogue& own) {
    if (const Status may = check_unused(own, *image); !may) return report(may.error());
    const Status removed = provisioning::remove_image(image->id, kImageDirectory);
    if (!removed) return report(removed.error());
    log_deed("image remove", name);
    const Status shown = provisioning::publish_blobs(medium);
    if (!shown) return report(after("the image was removed", shown.error()));
    return print_answer(deed.answer, std::format("removed {}", name));
  };
  const auto facts = head::read_facts();
  if (!facts) return report(facts.error());
  if (const Status may = check_unused(provisioning::read_catalogue(facts->medium), *image); !may) {
    return report(may.error());
  }
  if (const auto stop = stop_before(deed, options.confirm)) return *stop;
  return change_images(remove);
}

}  // namespace

void add_image_change(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ImageOptions>();
  const auto alone =
      [options](int (*body)(const ImageOptions&, const fs::path&, const Catalogue&)) {
        return [options, body] {
          return change_images([&](const fs::path& medium, const Catalogue& own) {
            return body(*options, medium, own);
          });
        };
      };
  CLI::App& add = *noun.add_subcommand("add", "takes the images of another ISO");
  add.add_option("source", options->source, "an ISO file, or the directory where one is mounted")
      ->type_name(value::kFile)
      ->required();
  add.add_option("--only", options->only, "only the image of this name")->type_name(value::kImage);
  add_json(add);
  on_run_at_head(add, session, alone(add_images));
  CLI::App& set = *noun.add_subcommand("set", "which image of a name nodes boot");
  set.add_option("image", options->image, "an image's name")->type_name(value::kImage)->required();
  set.add_option("id", options->id, "six digits or more of an id; 'iso': the one of the ISO")
      ->required();
  add_json(set);
  on_run_at_head(set, session, alone(set_image));
  CLI::App& remove = *noun.add_subcommand("remove", "removes an image that was added");
  remove.add_option("image", options->image, kImageHelp)->type_name(value::kImage)->required();
  options->confirm.add_to(remove);
  add_json(remove);
  on_run_at_head(remove, session, [options] { return remove_image(*options); });
}

}  // namespace muster::cli
