#include "core/base/device_file.h"

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(DeviceFile, is_one_of_three_kinds_with_a_number) {
  EXPECT_EQ(parse_device_file("/dev/nvidia0"), (DeviceFile{"/dev/nvidia", 0}));
  EXPECT_EQ(parse_device_file("/dev/dri/renderD128"), (DeviceFile{"/dev/dri/renderD", 128}));
  EXPECT_EQ(parse_device_file("/dev/accel/accel7"), (DeviceFile{"/dev/accel/accel", 7}));
}

TEST(DeviceFile, of_anything_else_is_none) {
  for (const char* path :
       {"", "/dev/sda", "/dev/nvidia", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/kfd",
        "/dev/nvidia0/../sda", "/dev/nvidia00", "/dev/nvidia01", "/dev/nvidia+1", "/dev/nvidia 1",
        "/dev/nvidia1\n", "/dev/nvidia12345", "/dev/accel/accel_controlD0", "//dev/nvidia0",
        "dev/nvidia0", "/dev/dri/card0", "/dev/nvidia0,/dev/sda"}) {
    EXPECT_EQ(parse_device_file(path), std::nullopt) << path;
  }
}

}  // namespace
}  // namespace muster
