# Virtual clusters take much of an hour: tools/test starts them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Every promise of the documentation that is listed there has its test, and every scenario holds one.
add_test(NAME system.promises
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/promises.py" "${PROJECT_SOURCE_DIR}" --check)
set_tests_properties(system.promises PROPERTIES LABELS contract TIMEOUT 60)

# The harness itself, with a program in the place of `muster`.
add_test(NAME system.harness
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/system/harness_test.py")
set_tests_properties(system.harness PROPERTIES LABELS contract TIMEOUT 60)
