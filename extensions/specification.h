#pragma once
// The specification of an extension, NAME-VERSION.yaml: all that is known of an extension before
// anything of its archive is read. docs/extensions.md describes the file. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/fields.h"
#include "core/spec/places.h"
#include "extensions/version.h"
#include "extensions/version_range.h"

namespace muster::extensions {

/// The newest schema of the file, and the newest level of what extensions may use.
inline constexpr int kSchema = 1;
inline constexpr int kApiLevel = 1;

enum class Type { application, library, tool };
enum class Language { shell, python };
/// What an extension is asked.
enum class Hook {
  configure,
  install,
  nodes_ready,
  nodes_failed,
  nodes_left,
  tick,
  health,
  metrics,
  run
};
/// What of the cluster an extension is told besides.
enum class Reads { nodes, users };
/// Where an extension changes something.
enum class Place { node, head };
enum class Executable { no, yes };

/// What an extension wants to own in one place, and why.
struct Right {
  Place place = Place::node;
  /// Whole paths.
  std::vector<std::string> files;
  /// Whole paths; what is below them is the extension's too.
  std::vector<std::string> directories;
  /// Of systemd, with the kind: "motd.service".
  std::vector<std::string> units;
  /// Programs that it may run there, as root. Whole paths.
  std::vector<std::string> commands;
  /// Debian packages that must be there.
  std::vector<std::string> packages;
  /// Keys of slurm.conf that it sets (extensions/scheduler_settings.h).
  std::vector<std::string> scheduler;
  std::string reason;
  bool operator==(const Right&) const = default;
};

/// Another extension, by its name, in some versions.
struct OtherExtension {
  std::string name;
  VersionRange versions;
  bool operator==(const OtherExtension&) const = default;
};

enum class SettingType { text, integer, flag, choice };

/// What an administrator may choose (extensions/settings.h).
struct Setting {
  std::string name;
  SettingType type = SettingType::text;
  /// As an administrator would write it.
  std::string fallback;
  std::string about;
  /// What a choice may be.
  std::vector<std::string> choices;
  /// Bounds of an integer.
  std::optional<std::uint64_t> minimum;
  std::optional<std::uint64_t> maximum;
  bool operator==(const Setting&) const = default;
};

/// Something that people ask of it: `muster ext run`.
struct Verb {
  std::string name;
  std::string about;
  bool operator==(const Verb&) const = default;
};

struct PackedFile {
  /// check_packed_path
  std::string path;
  std::string sha256;
  /// Bytes.
  std::uint64_t size = 0;
  Executable executable = Executable::no;
  bool operator==(const PackedFile&) const = default;
};

struct PackedArchive {
  std::string sha256;
  /// Bytes.
  std::uint64_t size = 0;
  bool operator==(const PackedArchive&) const = default;
};

struct Specification {
  int schema = kSchema;
  std::string name;
  Version version;
  int api = kApiLevel;
  Type type = Type::tool;
  Language language = Language::shell;
  std::string summary;
  std::string description;
  std::string maintainer;
  std::string licence;
  std::string homepage;
  std::vector<Hook> hooks;
  std::vector<Reads> reads;
  std::vector<Verb> verbs;
  /// Between two calls of the hook `tick`.
  std::uint64_t tick_seconds = 300;
  std::vector<Right> rights;
  std::vector<Setting> settings;
  /// What must be installed too, and what must not.
  std::vector<OtherExtension> requirements;
  std::vector<OtherExtension> conflicts;
  /// What `muster ext pack` writes; a project has neither.
  PackedArchive archive;
  std::vector<PackedFile> files;
  bool operator==(const Specification&) const = default;
};

/// What an author writes, and what a package has: the same with `archive` and `files`.
enum class Form { project, package };

struct ParseOutcome {
  std::optional<Specification> specification;
  /// In the order of their places in the file.
  std::vector<spec::Diagnostic> problems;
};

/// Parses and validates. `file_name` is used in problems only. Any bytes are answered by problems.
ParseOutcome parse_specification(std::string_view text, std::string_view file_name, Form form);

/// The unit of systemd that a file or a drop-in directory is of; empty: it is of none.
std::string unit_of_file(std::string_view path);

/// "motd-1.0.0", as both files of a package are called.
std::string title(const Specification& specification);

/// What `muster ext pack` writes below an author's text.
std::string render_packed(const PackedArchive& archive, const std::vector<PackedFile>& files);

std::span<const spec::Field> specification_fields(Form form);
/// Of the program that answers a hook of a shell extension, below the root of the archive:
/// "hooks/configure".
std::string hook_path(Hook hook);
std::string_view to_string(Type type);
std::string_view to_string(Language language);
/// Whether it is told this of the cluster.
bool is_told(const Specification& specification, Reads what);
/// Whether the hook answers something; what others print is for people.
bool has_answer(Hook hook);
std::string_view to_string(Hook hook);
std::string_view to_string(Reads what);
std::string_view to_string(Place place);
std::string_view to_string(SettingType type);

}  // namespace muster::extensions
