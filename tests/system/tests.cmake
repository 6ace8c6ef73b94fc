# Virtual clusters from the ISO: much of an hour under emulation, so never run beside other tests.
# Without an ISO there is nothing to boot: the status for something missing counts as skipped.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME system
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/system/run.py"
          --muster $<TARGET_FILE:muster> --iso "${PROJECT_SOURCE_DIR}/build/test/muster-amd64.iso")
set_tests_properties(system PROPERTIES
  LABELS system RUN_SERIAL ON TIMEOUT 3000 SKIP_RETURN_CODE 3)

# Every promise of the documentation that is listed there has its test, and every scenario holds one.
add_test(NAME system.promises
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/promises.py" "${PROJECT_SOURCE_DIR}" --check)
set_tests_properties(system.promises PROPERTIES LABELS contract TIMEOUT 60)

# The harness itself, with a program in the place of `muster`.
add_test(NAME system.harness
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/system/harness_test.py")
set_tests_properties(system.harness PROPERTIES LABELS contract TIMEOUT 60)
