# What the Makefile calls, against make, ctest and bash themselves.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME tools
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/tools_test.py" "${PROJECT_SOURCE_DIR}")
set_tests_properties(tools PROPERTIES LABELS contract TIMEOUT 120)

add_test(NAME tools.build_root
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/build_root_test.py" "${PROJECT_SOURCE_DIR}")
set_tests_properties(tools.build_root PROPERTIES LABELS contract TIMEOUT 120)

# What enters the build root of the machine's apt, against apt itself.
foreach(part host_apt host_apt_settings)
  add_test(NAME tools.${part}
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/${part}_test.py" "${PROJECT_SOURCE_DIR}")
  set_tests_properties(tools.${part} PROPERTIES LABELS contract TIMEOUT 120)
endforeach()
