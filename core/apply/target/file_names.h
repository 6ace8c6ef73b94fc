#pragma once
// Users and groups of a system that does not run: those of its own files, passwd(5) and group(5).

#include "core/apply/target/target.h"

namespace muster::apply {

/// Owns: nothing; `files` must live longer.
class FileNames final : public Names {
 public:
  explicit FileNames(const Files& files) : files_(files) {}
  Result<std::optional<os::User>> find_user(const std::string& name) override;
  Result<std::optional<os::User>> find_user(std::uint32_t uid) override;
  Result<std::optional<os::Group>> find_group(const std::string& name) override;
  Result<std::optional<os::Group>> find_group(std::uint32_t gid) override;

 private:
  const Files& files_;
};

}  // namespace muster::apply
