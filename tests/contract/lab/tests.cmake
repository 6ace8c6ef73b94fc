muster_tests(contract/lab contract USES lab)
if(TARGET muster)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME lab.saved_states
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/saved_state_test.py" "$<TARGET_FILE:muster>")
  set_tests_properties(lab.saved_states PROPERTIES LABELS contract TIMEOUT 300 SKIP_RETURN_CODE 3)
endif()
