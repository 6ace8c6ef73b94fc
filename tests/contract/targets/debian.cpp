#include "tests/contract/targets/debian.h"

#include <fcntl.h>
#include <format>
#include <sched.h>
#include <set>
#include <sys/mount.h>
#include <unistd.h>

#include "core/os/file_hash.h"

namespace muster::apply {
namespace {

namespace fs = std::filesystem;

/// Stacks a layer in memory over "/" at `place`/root.
fs::path stack(const fs::path& place) {
  fs::path root = place / "root";
  const fs::path memory = place / "memory";
  for (const auto& each : {root, memory}) EXPECT_TRUE(os::make_directory(each));
  EXPECT_EQ(mount("muster-test", memory.c_str(), "tmpfs", 0, "mode=755"), 0);
  for (const char* each : {"upper", "work"}) EXPECT_TRUE(os::make_directory(memory / each));
  const std::string options =
      std::format("lowerdir=/,upperdir={0}/upper,workdir={0}/work", memory.string());
  EXPECT_EQ(mount("overlay", root.c_str(), "overlay", 0, options.c_str()), 0);
  for (const char* each : {"proc", "dev"}) {
    const std::string kernels = std::string("/") + each;
    EXPECT_EQ(mount(kernels.c_str(), (root / each).c_str(), nullptr, MS_BIND | MS_REC, nullptr), 0);
  }
  EXPECT_EQ(mount("tmpfs", (root / "tmp").c_str(), "tmpfs", 0, "mode=1777"), 0);
  return root;
}

/// Builds a package into `folder`; what the index of a repository says of it.
std::string build_package(os::CommandRunner& runner, const fs::path& folder,
                          const std::string& name, const std::string& depends) {
  const auto tree = os::TemporaryDirectory::make().value();
  const std::string control = std::format(
      "Package: {}\nVersion: 1.0\nArchitecture: all\nMaintainer: Tests <root@localhost>\n{}"
      "Description: a package of the tests\n",
      name, depends);
  const fs::path source = tree.path() / "package";
  EXPECT_TRUE(os::write_file(source / "DEBIAN/control", control));
  EXPECT_TRUE(os::write_file(source / "usr/share" / name, "content\n"));
  const fs::path deb = folder / (name + ".deb");
  EXPECT_TRUE(run_checked(runner, {.argv = {"dpkg-deb", "--root-owner-group", "--build",
                                            source.string(), deb.string()}}));
  return std::format("{}Filename: ./{}.deb\nSize: {}\nSHA256: {}\n\n", control, name,
                     fs::file_size(deb), os::sha256_file(deb).value());
}

}  // namespace

Result<os::CommandResult> WithoutSystemd::run(const os::Command& command) {
  static const std::set<std::string> kVerbs = {"is-active", "reset-failed", "start",        "stop",
                                               "reload",    "restart",      "daemon-reload"};
  const auto& argv = command.argv;
  if (argv.front() != "systemctl" || !kVerbs.contains(argv[1])) return programs_.run(command);
  bool& running = running_[argv.back()];
  if (argv[1] == "is-active")
    return os::CommandResult{.status = running ? 0 : 3, .out = {}, .err = {}};
  if (argv[1] == "start") running = true;
  if (argv[1] == "stop") running = false;
  return os::CommandResult{};
}

Debian::Debian() : place_(os::TemporaryDirectory::make()) {
  EXPECT_EQ(unshare(CLONE_NEWNS | CLONE_NEWUTS), 0);
  EXPECT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  const fs::path root = stack(place_->path());
  old_root_ = os::Handle(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(chroot(root.c_str()), 0);
  EXPECT_EQ(chdir("/"), 0);
}

Debian::~Debian() {
  EXPECT_EQ(fchdir(old_root_.get()), 0);
  EXPECT_EQ(chroot("."), 0);
  for (const char* each : {"root", "memory"}) {
    EXPECT_EQ(umount2((place_->path() / each).c_str(), MNT_DETACH), 0);
  }
}

fs::path Debian::make_directory() { return stack("/tmp/second"); }

void Debian::add_repository(const fs::path& root) {
  const fs::path folder = root / "srv/packages";
  EXPECT_TRUE(os::make_directory(folder));
  const std::string index =
      build_package(runner_, folder, "muster-test-tool", "") +
      build_package(runner_, folder, "muster-test-user", "Depends: muster-test-tool\n");
  EXPECT_TRUE(os::write_file(folder / "Packages", index));
  EXPECT_TRUE(
      os::write_file(root / "etc/apt/test.list", "deb [trusted=yes] file:/srv/packages ./\n"));
  // No other source of packages: nothing leaves this machine.
  EXPECT_TRUE(os::write_file(root / "etc/apt/apt.conf.d/99test",
                             "Dir::Etc::SourceList \"/etc/apt/test.list\";\n"
                             "Dir::Etc::SourceParts \"-\";\nAPT::Sandbox::User \"root\";\n"));
  const auto updated = run_checked(runner_, {.argv = {"apt-get", "-qq", "update"}, .root = root});
  EXPECT_TRUE(updated) << updated.error().text();
}

}  // namespace muster::apply
