# What ARCHITECTURE.md says of adding something, with a compiler and without making anything of it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME growth
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/growth_test.py" "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
set_tests_properties(growth PROPERTIES LABELS contract TIMEOUT 300)
