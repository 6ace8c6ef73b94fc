# The extensions that come with Muster: each with its own tests, and as strictly typed as the SDK.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME shipped_extensions
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/shipped_test.py" $<TARGET_FILE:muster>
          "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/mypy")
set_tests_properties(shipped_extensions PROPERTIES LABELS contract TIMEOUT 300)
