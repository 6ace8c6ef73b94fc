// What a node does about people at its boot: reads a plan with so many of them, and makes their
// accounts and key files in a directory of memory. Prints bytes of the plan, seconds of the first
// time, seconds of the second: people NUMBER.

#include <format>
#include <print>

#include "core/apply/apply.h"
#include "core/apply/target/running_machine.h"
#include "core/base/text.h"
#include "core/os/clock.h"
#include "core/os/files.h"
#include "core/plan/plan.h"

namespace {

using namespace muster;
namespace fs = std::filesystem;

/// The account files of a small Debian system.
Status write_account_files(const fs::path& etc) {
  TRY(os::write_file(etc / "passwd", "root:x:0:0:root:/root:/bin/bash\n"));
  TRY(os::write_file(etc / "group", "root:x:0:\n"));
  TRY(os::write_file(etc / "shadow", "root:*:20000:0:99999:7:::\n", {.mode = 0640}));
  TRY(os::write_file(etc / "gshadow", "root:*::\n", {.mode = 0640}));
  TRY(os::write_file(etc / "subuid", ""));
  return os::write_file(etc / "subgid", "");
}

plan::Plan plan_with(std::uint32_t people, const fs::path& keys) {
  constexpr std::uint32_t kFirst = 20000;
  plan::Plan plan;
  for (std::uint32_t i = 0; i < people; ++i) {
    const std::string name = std::format("u{}", i);
    plan.add(plan::EnsureUser{.name = name,
                              .uid = kFirst + i,
                              .full_name = "Somebody",
                              .home = "/home/" + name,
                              .make_home = plan::EnsureUser::Home::mounted});
    plan.add(plan::WriteFile{.path = (keys / name).string(),
                             .content = std::format("ssh-ed25519 {:068} {}@desk\n", i, name)});
  }
  return plan;
}

/// Seconds from the text of a plan until it is true.
Result<double> take_plan(const std::string& text, const fs::path& etc) {
  os::PosixCommandRunner runner;
  const std::int64_t start = os::steady_ms();
  TRY_ASSIGN(const plan::Plan plan, plan::parse_plan(text));
  apply::RunningMachine machine(runner, etc);
  const apply::Report report = apply::apply(plan, machine);
  const double took = static_cast<double>(os::steady_ms() - start) / 1000;
  if (!report.succeeded()) return fail("the plan could not be made true");
  return took;
}

Status measure(std::uint32_t people) {
  TRY_ASSIGN(const auto place, os::TemporaryDirectory::make_in("/run"));
  const fs::path etc = place.path() / "etc";
  TRY(write_account_files(etc));
  const std::string text = plan::to_json(plan_with(people, place.path() / "keys")).dump();
  TRY_ASSIGN(const double first, take_plan(text, etc));
  TRY_ASSIGN(const double second, take_plan(text, etc));
  std::println("{} {:.3f} {:.3f}", text.size(), first, second);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const auto people = argc == 2 ? parse_number(argv[1]) : std::nullopt;
  if (!people || *people > 100'000) {
    std::println(stderr, "people: name a number up to 100000");
    return 2;
  }
  const Status done = measure(static_cast<std::uint32_t>(*people));
  if (done) return 0;
  std::println(stderr, "people: {}", done.error().text());
  return 1;
}
