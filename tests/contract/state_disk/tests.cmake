# The script of the head's initrd, on real file systems. Without root or loop devices it is skipped.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME state_disk
  COMMAND unshare --mount --propagation private -- "${Python3_EXECUTABLE}"
          "${CMAKE_CURRENT_LIST_DIR}/state_disk_test.py" "${PROJECT_SOURCE_DIR}")
set_tests_properties(state_disk PROPERTIES LABELS contract TIMEOUT 120 SKIP_RETURN_CODE 3 RUN_SERIAL ON)
