# The description of the administrators' API, against a stock validator and the pages for people.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME api.openapi
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/openapi_test.py" "${PROJECT_SOURCE_DIR}")
set_tests_properties(api.openapi PROPERTIES LABELS contract TIMEOUT 120)
