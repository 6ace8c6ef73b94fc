#include "tests/contract/targets/systems.h"

#include "core/apply/target/directory.h"

namespace muster::apply {
namespace {

/// A command's programs, as far as the suite uses them.
std::unique_ptr<Fake> make_fake() {
  auto fake = std::make_unique<Fake>();
  Files& files = fake->files();
  fake->programs["test"] = [&files](const auto& argv) {
    const auto state = files.look(argv.back());
    return state && state->kind != PathState::Kind::absent ? 0 : 1;
  };
  fake->programs["touch"] = [&files](const auto& argv) {
    return files.write(argv.back(), "", {}) ? 0 : 1;
  };
  fake->programs["rm"] = [&files](const auto& argv) { return files.remove(argv.back()) ? 0 : 1; };
  fake->programs["true"] = [](const auto&) { return 0; };
  fake->programs["false"] = [](const auto&) { return 1; };
  return fake;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, Kind kind) {
  if (kind == Kind::running) return out << "running";
  return out << (kind == Kind::directory ? "directory" : "fake");
}

System::System(Kind kind) : kind_(kind) {
  if (kind == Kind::fake) {
    target_ = make_fake();
    kept_.emplace(os::TemporaryDirectory::make().value());
    record_ = kept_->path() / "applied";
    return;
  }
  debian_ = std::make_unique<Debian>();
  record_ = "/var/lib/muster-applied";
  if (kind == Kind::directory) {
    const auto root = debian_->make_directory();
    debian_->add_repository(root);
    target_ = std::make_unique<Directory>(runner_, root);
    return;
  }
  debian_->add_repository("/");
  target_ = std::make_unique<RunningMachine>(runner_);
}

void System::add_unit(const std::string& name, UnitKind kind) {
  if (kind_ == Kind::fake) {
    static_cast<Fake&>(*target_).system.units[name] =
        kind == UnitKind::fixed ? StartState::fixed : StartState::disabled;
    return;
  }
  EXPECT_TRUE(target_->files().write("/usr/lib/systemd/system/" + name,
                                     kind == UnitKind::fixed
                                         ? "[Service]\nExecStart=/bin/true\n"
                                         : "[Service]\nExecStart=/bin/true\n[Install]\n"
                                           "WantedBy=multi-user.target\n",
                                     {}));
}

}  // namespace muster::apply
