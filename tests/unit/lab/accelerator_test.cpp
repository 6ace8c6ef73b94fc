#include "lab/accelerator.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::lab {
namespace {

/// An emulator that ends as it is told to.
class Emulator : public os::CommandRunner {
 public:
  explicit Emulator(Result<os::CommandResult> end) : end_(std::move(end)) {}

  Result<os::CommandResult> run(const os::Command& /*command*/) override {
    ++probes;
    return end_;
  }

  int probes = 0;

 private:
  Result<os::CommandResult> end_;
};

class ChooseAccelerator : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(os::write_file(device, "")); }

  AcceleratorChoice choose(Emulator& emulator) {
    return choose_accelerator(emulator, scratch.path(), device).value();
  }

  os::TemporaryDirectory scratch = os::TemporaryDirectory::make().value();
  std::filesystem::path device = scratch.path() / "kvm";
};

TEST_F(ChooseAccelerator, remembers_that_a_guest_ran) {
  Emulator emulator(os::CommandResult{.status = kProbeStatus});
  EXPECT_EQ(choose(emulator).accelerator, Accelerator::kvm);
  EXPECT_EQ(choose(emulator).accelerator, Accelerator::kvm);
  EXPECT_EQ(emulator.probes, 1);
}

TEST_F(ChooseAccelerator, remembers_that_the_emulator_gave_up) {
  Emulator emulator(os::CommandResult{.status = 1});
  EXPECT_EQ(choose(emulator).accelerator, Accelerator::tcg);
  EXPECT_EQ(choose(emulator).accelerator, Accelerator::tcg);
  EXPECT_EQ(emulator.probes, 1);
}

TEST_F(ChooseAccelerator, asks_again_after_a_probe_that_did_not_come_to_its_end) {
  for (const Result<os::CommandResult>& end :
       {Result<os::CommandResult>(fail("'qemu-system-x86_64' ran longer than 5 s")),
        Result<os::CommandResult>(os::CommandResult{.status = 128 + 9})}) {
    Emulator emulator(end);
    const AcceleratorChoice choice = choose(emulator);
    EXPECT_EQ(choice.accelerator, Accelerator::tcg);
    EXPECT_NE(choice.reason.find("did not come to its end"), std::string::npos) << choice.reason;
    choose(emulator);
    EXPECT_EQ(emulator.probes, 2);
  }
}

TEST_F(ChooseAccelerator, has_nothing_to_ask_without_a_device) {
  Emulator emulator(os::CommandResult{.status = kProbeStatus});
  const auto choice = choose_accelerator(emulator, scratch.path(), scratch.path() / "none");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->accelerator, Accelerator::tcg);
  EXPECT_EQ(emulator.probes, 0);
}

}  // namespace
}  // namespace muster::lab
