# The host of extensions, as the daemon asks it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME exthost
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/exthost_test.py" $<TARGET_FILE:muster>
          $<TARGET_FILE:muster-exthost> "${PROJECT_SOURCE_DIR}/sdk/python")
set_tests_properties(exthost PROPERTIES LABELS contract TIMEOUT 600)
