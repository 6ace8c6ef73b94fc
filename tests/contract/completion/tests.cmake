if(TARGET muster)
  muster_tests(contract/completion contract USES os lab)
  target_compile_definitions(contract_completion PRIVATE MUSTER_PROGRAM="$<TARGET_FILE:muster>")
  add_dependencies(contract_completion muster)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME completion.shells
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/shells_test.py" "$<TARGET_FILE:muster>"
            "${PROJECT_SOURCE_DIR}")
  set_tests_properties(completion.shells PROPERTIES LABELS contract TIMEOUT 180 SKIP_RETURN_CODE 3)
endif()
