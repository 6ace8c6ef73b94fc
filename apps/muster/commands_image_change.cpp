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
#include "apps/muster/medium_source.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/command.h"
#include "core/os/file_system.h"
#include "core/os/files.h"
#include "core/spec/rules.h"
#include "provisioning/blobs.h"
#include "provisioning/head/facts.h"
#include "provisioning/head/systemctl.h"
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

std::string title(std::string_view name, std::string_view id) {
  return std::format("{}@{}", name, id.substr(0, provisioning::kShortId));
}

std::string title(const KeptImage& kept) { return title(kept.image.name, kept.id); }

/// Runs the body of a verb alone: two that change the images wait for each other.
int change_images(const std::function<int(const Catalogue& own)>& body) {
  if (geteuid() != 0) {
    return report({.message = "only root may change what nodes boot", .hint = "run it with sudo"});
  }
  const auto lock = provisioning::lock_images(kImageDirectory, [](const std::string& holder) {
    say(std::format("waiting for {}, which changes the images", printable(holder, 80)));
  });
  if (!lock) return report(lock.error());
  const auto text = os::read_file(head::kFacts);
  const auto facts = text ? head::parse_facts(*text) : std::unexpected(text.error());
  if (!facts) return report(facts.error());
  return body(provisioning::read_catalogue(facts->medium));
}

/// Shows machines the files of the images that there are now.
Status publish() {
  TRY_ASSIGN(const std::string text, os::read_file(head::kFacts));
  TRY_ASSIGN(const head::Facts facts, head::parse_facts(text));
  return provisioning::publish_blobs(provisioning::read_catalogue(facts.medium));
}

/// The daemon reads what nodes boot when it starts.
Status take_over() {
  os::PosixCommandRunner runner;
  TRY(head::systemctl(runner, {"restart", "musterd.service"}));
  TRY_ASSIGN(const std::optional<bool> holds, wait_until_applied(1, kApplyPatience));
  if (!holds) {
    return fail("the choice is written, and the head has not applied its plan within five minutes",
                "'journalctl -u musterd -u muster-apply' says why");
  }
  if (*holds) return {};
  return fail("the choice is written, and not all of the head's plan holds",
              "'muster status' says what is wrong and is tried again");
}

/// A live head has its directories in memory but for those that its state disk keeps.
void warn_of_memory() {
  const auto here = os::read_file_system(kImageDirectory);
  if (!head::is_live() || (here && here->type == "ext4")) return;
  say("this head has images in memory and forgets them when it starts anew; 'muster head keep' "
      "gives "
      "it a disk");
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

/// Adds one image. Whether there was something to do.
Result<bool> add_one(const MediumSource& medium, const KeptImage& kept, const std::string& source,
                     const Catalogue& own) {
  const KeptImage* const there = own.find_by_id(kept.id);
  if (there != nullptr && there->is_of_medium()) {
    say(std::format("the ISO of this head has {} already", title(kept)));
    return false;
  }
  const auto copy = [&](const provisioning::Artefact& file, const fs::path& to) {
    say(std::format("copying {} ({})…", file.path, human(file.size)));
    return medium.copy(file, to);
  };
  TRY(provisioning::add_image({.image = kept.image, .origin = source, .at_ms = os::now_ms()},
                              kImageDirectory, copy));
  return true;
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

int add_images(const ImageOptions& options, const Catalogue& own) {
  os::PosixCommandRunner runner;
  const auto medium = MediumSource::open(runner, options.source);
  if (!medium) {
    return report(medium.error(), medium.error().kind == ErrorKind::absent ? kUsage : kFailed);
  }
  const auto images = choose_foreign(*medium, options.only);
  if (!images) return report(wrap(options.source, images.error()).error(), kUsage);
  warn_of_memory();
  std::vector<KeptImage> added;
  Status last;
  for (const KeptImage& kept : *images) {
    const auto done = add_one(*medium, kept, options.source, own);
    if (done && *done) added.push_back(kept);
    if (!done) last = std::unexpected(wrap(title(kept), done.error()).error());
    if (!last) break;
  }
  // What was added before another one failed is there.
  if (const Status shown = publish(); !shown) return report(shown.error());
  for (const KeptImage& kept : added) {
    if (!last) say(std::format("added {}", title(kept)));
  }
  return last ? tell_added(added) : report(last.error());
}

/// The id of an image that `options` choose for a name; empty: whatever the medium has. Errors: the
/// name has no such image; several.
Result<std::string> chosen_id(const Catalogue& own, const ImageOptions& options) {
  if (options.id == provisioning::kMediumWord) return std::string();
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

int set_image(const ImageOptions& options, const Catalogue& own) {
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
  if (const Status shown = publish(); !shown) return report(shown.error());
  if (const Status taken = take_over(); !taken) return report(taken.error());
  const std::string what = id->empty() ? std::format(
                                             "the image '{}' of the head's ISO, also of the next "
                                             "one",
                                             options.image)
                                       : title(options.image, *id);
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

int remove_added(const ImageOptions& options, const Catalogue& own) {
  const auto image = find_added(options.image);
  if (!image) return report(image.error(), kUsage);
  const auto choice = own.chosen.find(image->name);
  const KeptImage* const shown = own.find_by_id(image->id);
  const bool is_booted = choice != own.chosen.end() && choice->second == image->id &&
                         (shown == nullptr || !shown->is_of_medium());
  if (is_booted) {
    return report({.message = std::format("nodes boot {}", title(image->name, image->id)),
                   .hint = std::format("choose another first: 'muster image set {} iso', or the "
                                       "id of another",
                                       image->name)});
  }
  const Deed deed{.what = std::format("remove image {}", title(image->name, image->id)),
                  .consequence = "nodes that run it go on, and boot another at their next start",
                  .answer = {{"name", image->name}, {"id", image->id}}};
  if (const auto stop = stop_before(deed, options.confirm)) return *stop;
  const Status removed = provisioning::remove_image(image->id, kImageDirectory);
  if (!removed) return report(removed.error());
  if (const Status published = publish(); !published) return report(published.error());
  return print_answer(deed.answer, std::format("removed {}", title(image->name, image->id)));
}

}  // namespace

void add_image_change(CLI::App& noun, Session& session) {
  const auto options = std::make_shared<ImageOptions>();
  const auto alone = [options](int (*body)(const ImageOptions&, const Catalogue&)) {
    return [options, body] {
      return change_images([&](const Catalogue& own) { return body(*options, own); });
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
  on_run_at_head(remove, session, alone(remove_added));
}

}  // namespace muster::cli
