// The table of fields of a specification: every key with its type, default and meaning.

#include <array>

#include "core/spec/field_rows.h"
#include "extensions/specification.h"
#include "extensions/values.h"

namespace muster::extensions {
namespace {

using spec::Field;
using spec::FieldText;
using spec::Presence;
using spec::rows::section;
using spec::rows::sections;
using spec::rows::value;
using spec::rows::values;
using S = Specification;

constexpr std::array kRight = {
    value<kPlace, &Right::place>(
        {.key = "place",
         .doc = "Where it is changed: `node` is every node, `head` the head.",
         .presence = Presence::required}),
    values<kFilePath, &Right::files>({.key = "files",
                                      .doc = "The files that the extension writes there.",
                                      .example = "/etc/motd"}),
    values<kFilePath, &Right::directories>(
        {.key = "directories",
         .doc = "The directories that it makes there. All that is below them is its own, too.",
         .example = "/etc/motd.d"}),
    values<kUnitName, &Right::units>({.key = "units",
                                      .doc = "The units of systemd that it starts and stops there.",
                                      .example = "motd.service"}),
    values<kCommand, &Right::commands>(
        {.key = "commands",
         .doc = "The programs that its hooks may run on nodes, as root, with any arguments.",
         .example = "/usr/bin/uptime"}),
    values<spec::kPackage, &Right::packages>(
        {.key = "packages",
         .doc = "The Debian packages that must be there. An ISO with the extension has them.",
         .example = "htop"}),
    values<kSchedulerKey, &Right::scheduler>(
        {.key = "scheduler",
         .doc = "The keys of slurm.conf that it sets; of `head` only.",
         .example = "AccountingStorageType"}),
    value<kLine, &Right::reason>({.key = "reason",
                                  .doc = "Why, for the person who installs the extension.",
                                  .example = "the text that people see when they log in",
                                  .presence = Presence::required}),
};

constexpr std::array kSetting = {
    value<kSettingName, &Setting::name>({.key = "name",
                                         .doc = "What the setting is called.",
                                         .example = "greeting",
                                         .presence = Presence::required}),
    value<kSettingType, &Setting::type>(
        {.key = "type",
         .doc = "A text, a whole number, `yes` or `no` (flag), or one of `choices`.",
         .example = "text",
         .presence = Presence::required}),
    value<kSettingText, &Setting::fallback>(
        {.key = "default",
         .doc = "Its value until an administrator sets another one; `\"\"` is an empty text.",
         .example = "Welcome.",
         .presence = Presence::required}),
    value<kLine, &Setting::about>({.key = "about",
                                   .doc = "What it is for.",
                                   .example = "what people read first",
                                   .presence = Presence::required}),
    values<kLine, &Setting::choices>({.key = "choices", .doc = "What a choice may be."}),
    value<kSettingNumber, &Setting::minimum>({.key = "minimum", .doc = "The smallest integer."}),
    value<kSettingNumber, &Setting::maximum>({.key = "maximum", .doc = "The largest integer."}),
};

constexpr std::array kOther = {
    value<kExtensionName, &OtherExtension::name>({.key = "extension",
                                                  .doc = "The other extension.",
                                                  .example = "lights",
                                                  .presence = Presence::required}),
    value<kVersionRange, &OtherExtension::versions>(
        {.key = "version",
         .doc = "Its versions that count. A pre-release comes before its release.",
         .fallback = "*",
         .example = "\">=1.2.0 <2.0.0\""}),
};

constexpr std::array kVerb = {
    value<spec::kName, &Verb::name>({.key = "name",
                                     .doc = "The word behind `muster ext run NAME`.",
                                     .example = "report",
                                     .presence = Presence::required}),
    value<kLine, &Verb::about>({.key = "about",
                                .doc = "What it does.",
                                .example = "tells which nodes are up",
                                .presence = Presence::required}),
};

constexpr std::array kArchive = {
    value<kSha256, &PackedArchive::sha256>({.key = "sha256",
                                            .doc = "The SHA-256 of `NAME-VERSION.tgz`.",
                                            .example = "(what 'muster ext pack' writes)",
                                            .presence = Presence::required}),
    value<kArchiveSize, &PackedArchive::size>({.key = "size",
                                               .doc = "Its size in bytes.",
                                               .example = "(what 'muster ext pack' writes)",
                                               .presence = Presence::required}),
};

constexpr std::array kFile = {
    value<kPackedPath, &PackedFile::path>({.key = "path",
                                           .doc = "Its path in the archive.",
                                           .example = "hooks/configure",
                                           .presence = Presence::required}),
    value<kFileSize, &PackedFile::size>(
        {.key = "size", .doc = "Its size in bytes.", .presence = Presence::required}),
    value<kExecutable, &PackedFile::executable>(
        {.key = "executable", .doc = "Whether it is a program.", .fallback = "no"}),
    value<kSha256, &PackedFile::sha256>(
        {.key = "sha256", .doc = "The SHA-256 of its content.", .presence = Presence::required}),
};

// What a project has comes first: specification_fields.
constexpr std::size_t kOfPackage = 2;
constexpr std::array kSpecification = {
    value<kSchemaNumber, &S::schema>({.key = "schema",
                                      .doc = "The version of this format.",
                                      .example = "1",
                                      .presence = Presence::required}),
    value<kExtensionName, &S::name>({.key = "name",
                                     .doc = "What the extension is called.",
                                     .example = "motd",
                                     .presence = Presence::required}),
    value<kExtensionVersion, &S::version>({.key = "version",
                                           .doc = "Its version, by semver.org 2.0.",
                                           .example = "1.0.0",
                                           .presence = Presence::required}),
    value<kApiNumber, &S::api>({.key = "api",
                                .doc = "The level of what Muster offers that it needs.",
                                .example = "1",
                                .presence = Presence::required}),
    value<kExtensionType, &S::type>({.key = "type",
                                     .doc = "What it is: an application of the cluster, a library "
                                            "for programs, or a tool for people.",
                                     .example = "tool",
                                     .presence = Presence::required}),
    value<kLanguage, &S::language>({.key = "language",
                                    .doc = "What its hooks are written in.",
                                    .example = "shell",
                                    .presence = Presence::required}),
    value<kLine, &S::summary>({.key = "summary",
                               .doc = "What it does, in a line.",
                               .example = "A message of the day on every node",
                               .presence = Presence::required}),
    value<kText, &S::description>({.key = "description",
                                   .doc = "What it does, in a few sentences.",
                                   .example = "Writes /etc/motd on every node."}),
    value<kMaintainer, &S::maintainer>({.key = "maintainer",
                                        .doc = "Who answers for it.",
                                        .example = "Ada Lovelace <ada@example.org>",
                                        .presence = Presence::required}),
    value<kLicence, &S::licence>({.key = "license",
                                  .doc = "Its licence, as an expression of SPDX.",
                                  .example = "MIT",
                                  .presence = Presence::required}),
    value<kHomepage, &S::homepage>({.key = "homepage",
                                    .doc = "Where there is more about it.",
                                    .example = "https://example.org/motd"}),
    values<kHook, &S::hooks>({.key = "hooks",
                              .doc = "What it is asked and told; see the hooks above.",
                              .example = "configure",
                              .presence = Presence::required}),
    values<kReads, &S::reads>(
        {.key = "reads",
         .doc = "What it is told of the cluster besides. `nodes`: every node with its name, "
                "address and profile; `users`: the cluster's people.",
         .example = "nodes"}),
    sections<&S::verbs>({.key = "verbs", .doc = "What people may ask of it with `muster ext run`."},
                        kVerb),
    value<kTickSeconds, &S::tick_seconds>({.key = "tick_seconds",
                                           .doc = "The time between two calls of the hook `tick`.",
                                           .fallback = "300"}),
    sections<&S::rights>({.key = "rights", .doc = "What it wants to own. It gets nothing else."},
                         kRight),
    sections<&S::settings>(
        {.key = "settings", .doc = "What an administrator may set with `muster ext configure`."},
        kSetting),
    sections<&S::requirements>(
        {.key = "requires", .doc = "The extensions that must be installed before it."}, kOther),
    sections<&S::conflicts>(
        {.key = "conflicts", .doc = "The extensions that cannot be there beside it."}, kOther),
    section<&S::archive>({.key = "archive", .doc = "Its archive. `muster ext pack` writes this."},
                         kArchive),
    sections<&S::files>(
        {.key = "files", .doc = "Every file of the archive. `muster ext pack` writes this."},
        kFile),
};

}  // namespace

std::span<const Field> specification_fields(Form form) {
  const std::span<const Field> all(kSpecification);
  return form == Form::package ? all : all.first(all.size() - kOfPackage);
}

}  // namespace muster::extensions
