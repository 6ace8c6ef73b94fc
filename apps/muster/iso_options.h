#pragma once
// What the verbs that plan or make a medium are told, and everything they need to do it.

#include <expected>
#include <filesystem>
#include <string>

#include "apps/muster/commands.h"
#include "apps/muster/iso_extensions.h"
#include "iso/builder.h"

namespace muster::cli {

struct IsoArguments {
  std::string file = "cluster.yaml";
  std::string out = "build/muster-amd64.iso";
  std::string data;
  std::string packages;
  /// Whether a medium without Muster is wanted: plain Debian.
  bool without_packages = false;
  std::string cache;
  ExtensionArguments extensions = {};
  /// Of --locked; empty: none.
  std::string lock;
  bool json = false;
  bool verbose = false;
};

/// The specification and everything else a build needs; or the status to end with, after saying
/// why.
std::expected<iso::BuildOptions, int> read_options(const IsoArguments& arguments);
/// The same of this text in the place of `arguments.file`; `name`: what messages call it.
std::expected<iso::BuildOptions, int> read_options(const IsoArguments& arguments,
                                                   const std::string& text,
                                                   const std::string& name);

/// Errors: the file is no ISO: the file system of one names itself behind its first sixteen sectors
/// (ECMA-119 §8.4).
Status check_iso(const std::filesystem::path& iso);

/// inspect: what is on an ISO, and what is wrong with it.
void add_iso_inspect(CLI::App& iso, Session& session);

/// write: the ISO on a USB stick.
void add_iso_write(CLI::App& iso, Session& session);

}  // namespace muster::cli
