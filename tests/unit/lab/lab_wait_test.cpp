#include "lab/lab_wait.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "lab/qemu_command.h"

namespace muster::lab {
namespace {

class LabWait : public testing::Test {
 protected:
  void write_console(const std::string& machine, std::string_view text) {
    const auto file = lab_.directory / machine / MachineFiles::kConsole;
    ASSERT_TRUE(os::write_file(file, text));
  }

  /// What a person is told while a machine of the lab is asked for something.
  std::string told(Awaited awaited, std::string_view asked) {
    std::string line;
    const WaitOptions options = tell_awaited(lab_, std::move(awaited), nullptr,
                                             [&line](std::string_view text) { line = text; });
    options.on_still_waiting(asked);
    return line;
  }

  os::TemporaryDirectory folder_ = os::TemporaryDirectory::make("lab-wait").value();
  LabPlan lab_{.name = "lab", .directory = folder_.path()};
};

TEST_F(LabWait, tells_of_the_node_that_is_awaited_while_the_head_is_asked_about_it) {
  write_console("head", "head login:\n");
  write_console("n1", "Loading the image\n");
  EXPECT_EQ(told({"n1", "the head to list it as ready"}, "'muster'"),
            "n1: waiting for the head to list it as ready; console: Loading the image");
}

TEST_F(LabWait, tells_what_a_machine_is_asked_for_when_nothing_else_is_awaited) {
  write_console("head", "Starting kernel\n");
  EXPECT_EQ(told({"head"}, "its agent"), "head: waiting for its agent; console: Starting kernel");
}

}  // namespace
}  // namespace muster::lab
