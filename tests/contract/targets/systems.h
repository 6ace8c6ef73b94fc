#pragma once
// The systems that steps are made true on, for one suite of tests.

#include <memory>
#include <optional>
#include <ostream>

#include "core/apply/target/fake.h"
#include "tests/contract/targets/debian.h"

namespace muster::apply {

enum class Kind { running, directory, fake };
std::ostream& operator<<(std::ostream& out, Kind kind);

class System {
 public:
  explicit System(Kind kind);

  Target& target() { return *target_; }
  /// Where the record of what plans changed is, beside the system.
  const std::filesystem::path& record() const { return record_; }
  /// Brings a unit that can be enabled, or one that only others start.
  enum class UnitKind { installable, fixed };
  void add_unit(const std::string& name, UnitKind kind = UnitKind::installable);
  /// Whether file systems can be mounted.
  bool runs() const { return kind_ != Kind::directory; }
  bool is_real() const { return kind_ != Kind::fake; }

 private:
  Kind kind_;
  std::unique_ptr<Debian> debian_;
  WithoutSystemd runner_;
  std::unique_ptr<Target> target_;
  std::filesystem::path record_;
  std::optional<os::TemporaryDirectory> kept_;
};

}  // namespace muster::apply
