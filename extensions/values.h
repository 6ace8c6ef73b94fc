#pragma once
// The types of single values in a specification (core/spec/values.h). For the table of fields.

#include "core/spec/values.h"
#include "extensions/specification.h"

namespace muster::extensions {

extern const spec::Codec<int> kSchemaNumber;
extern const spec::Codec<int> kApiNumber;
extern const spec::Codec<std::string> kExtensionName;
extern const spec::Codec<Version> kExtensionVersion;
extern const spec::Codec<VersionRange> kVersionRange;
extern const spec::Codec<Type> kExtensionType;
extern const spec::Codec<Language> kLanguage;
extern const spec::Codec<Hook> kHook;
extern const spec::Codec<Reads> kReads;
extern const spec::Codec<std::string> kCommand;
/// A key of slurm.conf (extensions/scheduler_settings.h).
extern const spec::Codec<std::string> kSchedulerKey;
extern const spec::Codec<std::uint64_t> kTickSeconds;
extern const spec::Codec<Place> kPlace;
extern const spec::Codec<Executable> kExecutable;
/// One line, and a text of several.
extern const spec::Codec<std::string> kLine;
extern const spec::Codec<std::string> kText;
extern const spec::Codec<std::string> kMaintainer;
extern const spec::Codec<std::string> kLicence;
extern const spec::Codec<std::string> kHomepage;
extern const spec::Codec<std::string> kFilePath;
extern const spec::Codec<std::string> kUnitName;
extern const spec::Codec<std::string> kSettingName;
extern const spec::Codec<SettingType> kSettingType;
/// As an administrator writes it; may be empty.
extern const spec::Codec<std::string> kSettingText;
extern const spec::Codec<std::uint64_t> kSettingNumber;
extern const spec::Codec<std::string> kPackedPath;
extern const spec::Codec<std::string> kSha256;
extern const spec::Codec<std::uint64_t> kArchiveSize;
extern const spec::Codec<std::uint64_t> kFileSize;

}  // namespace muster::extensions
