# The host of extensions, as the daemon asks it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(test exthost exthost_calls)
  add_test(NAME ${test}
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/${test}_test.py" $<TARGET_FILE:muster>
            $<TARGET_FILE:muster-exthost> "${PROJECT_SOURCE_DIR}/sdk/python")
  set_tests_properties(${test} PROPERTIES LABELS contract TIMEOUT 600)
endforeach()
