// The probe's boot sector in a real emulator: what it proves must be true where it is known to be.

#include "lab/accelerator.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::lab {
namespace {

TEST(AcceleratorProbe, says_its_word_in_software_emulation) {
  const auto directory = os::TemporaryDirectory::make("muster-probe");
  ASSERT_TRUE(directory);
  std::string image(probe_sector().begin(), probe_sector().end());
  image.resize(1U << 20, '\0');
  ASSERT_TRUE(os::write_file(directory->path() / "sector.img", image));
  os::Command command = probe_command(Accelerator::tcg, directory->path() / "sector.img");
  command.timeout = std::chrono::seconds(60);
  os::PosixCommandRunner runner;
  const auto result = runner.run(command);
  ASSERT_TRUE(result) << result.error().text();
  EXPECT_EQ(result->status, kProbeStatus) << result->err;
}

}  // namespace
}  // namespace muster::lab
