# The command line as people and programs meet it, with a head that is made up. Without root, which its private
# directories need, the status for something missing counts as skipped.
if(TARGET muster)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME command_line
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/command_line_test.py" "$<TARGET_FILE:muster>")
  # More than a thousand calls: two minutes with sanitizers, and several times that beside other work.
  set_tests_properties(command_line PROPERTIES LABELS contract TIMEOUT 900 SKIP_RETURN_CODE 3)
endif()
